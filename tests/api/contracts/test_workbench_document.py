"""docs/workbench.md does what it says."""

from __future__ import annotations

import re

from pocplatform.kit.settings import PROJECT_ROOT

DOCUMENT = (PROJECT_ROOT / "docs" / "workbench.md").read_text(encoding="utf-8")


def test_what_the_document_shows_works(base_url, capsys):
    blocks = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    script = "\n".join(blocks).replace("http://127.0.0.1:8000", base_url)
    names: dict[str, object] = {}
    exec(compile(script, "docs/workbench.md", "exec"), names)
    shown = capsys.readouterr().out.splitlines()
    points = names["points"]
    assert shown[0] == "['Points']"
    assert shown[1].startswith("Points.sol:22:34: ")
    assert shown[2].startswith("22 | ")
    assert shown[3].endswith("^^^")
    assert shown[4].startswith(f"{points.address} [")
    assert shown[5:7] == ["1000", "40"]
    assert shown[7] == "PointsTooMany {'wanted': '2000', 'left': '960'}"
    assert shown[8] == "Only 960 points are left, so 2000 cannot be given."
    assert shown[9] == "Pisteitä on jäljellä vain 960, joten 2000 on liikaa."
    somebody = names["SOMEBODY"]
    assert shown[10:12] == [f"{somebody} PTS -300", f"{names['us'].wallet.address} PTS 300"]
    assert shown[12].startswith("PointsTooMany Points.sol:22")
    assert shown[13].startswith("PointsTooMany(")
    assert shown[14] == "Points award(address[],uint256) 7"
    assert shown[15:17] == [f"Points._balances[{somebody}] 0 7", "Points._totalSupply 40 47"]
    limit = {"limit": f"0x{1000:064x}"}
    assert shown[17] == "Notes adds 1 to 2"
    assert shown[18] == f"exact_match {{'limit_': '1000'}} {limit}"
    assert shown[19].endswith(" 40")
    assert shown[20].startswith("/docs/contracts/")
    assert len(shown) == 21
