"""Contracts at the desk: compiled, deployed and called from forms, without a script."""

from __future__ import annotations

import html
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from urllib.parse import quote

import pytest

from pocplatform.kit.settings import PROJECT_ROOT

ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def opens(zoo, signature):
    return zoo.goes_to(f"{zoo.contract}/functions/{quote(signature)}")


def body(browser):
    """The whole answer of the API as the page shows it."""
    shown = browser.answer.text.partition('id="body"><code>')[2].partition("</code>")[0]
    return json.loads(html.unescape(shown))


def code(browser, label):
    found = re.search(rf'aria-label="{label}"><code>(.*?)</code>', browser.answer.text, re.S)
    return html.unescape(found[1])


def signature_of(zoo, api, name):
    contract = api.contracts.get(zoo.contract.rpartition("/")[2])
    (found,) = [one for one in contract.functions if one.startswith(name + "(")]
    return found


def test_source_that_does_not_compile_comes_back_with_its_line_marked(developer):
    developer.goes_to("/developers/contracts")
    wrong = "pragma solidity ^0.8.20;\ncontract A {\n  uint x = <b>;\n}\n"
    developer.presses("Compile", source=wrong, name="A.sol")
    assert developer.answer.status_code == 422
    assert "A.sol:3:12" in developer.text
    assert "uint x = <b>;" in developer.text
    assert developer.links["compilation_failed"] == "/docs/errors#compilation_failed"
    form = developer.form("Compile")
    assert form.fields["source"].replace("\r\n", "\n") == wrong
    assert form.fields["name"] == "A.sol"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.sol", b"\xff\xfe", "neither a text in UTF-8 nor a zip archive"),
        ("x.sol", b"contract A {", "x.sol:1:"),
        ("x.zip", b"PK\x03\x04 broken", "zip"),
    ],
)
def test_file_that_cannot_be_compiled_is_told_why(developer, name, content, said):
    developer.goes_to("/developers/contracts")
    developer.presses("Compile", file=(name, content))
    assert developer.answer.status_code == 422
    assert said in developer.text


def test_several_files_in_an_archive_are_compiled_and_one_of_them_is_chosen(developer):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("A.sol", 'pragma solidity ^0.8.20; import "./B.sol"; contract A is B {}')
        archive.writestr("B.sol", "pragma solidity ^0.8.20; contract B { uint public n = 7; }")
    developer.goes_to("/developers/contracts")
    developer.presses("Compile", file=("both.zip", packed.getvalue()))
    developer.goes_to(developer.links["Deploy A"])
    developer.presses("Deploy")
    assert "A" in developer.text
    developer.goes_to(developer.links["n()"])
    assert body(developer)["results"] == {"result": "7"}


def test_nested_structs_and_lists_are_filled_in_field_by_field(zoo, api):
    opens(zoo, signature_of(zoo, api, "echo"))
    zoo.presses("Add an element map_.paths")
    zoo.presses("Add an element map_.paths[0].points", f_0_0_0_0="Oulu", f_0_2="1", f_0_3=ADDRESS)
    zoo.presses("Add an element map_.paths")
    assert zoo.form("Ask").fields["f-0-0-0-0"] == "Oulu"
    zoo.presses("Remove map_.paths[1]")
    big = str(2**256 - 1)
    zoo.presses(
        "Ask", f_0_0_0_1_0_0="-2147483648", f_0_0_0_1_0_1=big, f_0_1_0="0", f_0_1_1="1 000",
    )  # fmt: skip
    assert zoo.answer.status_code == 200, zoo.text
    assert body(zoo)["results"] == {
        "same": {
            "paths": [{"name": "Oulu", "points": [{"x": -2147483648, "y": big}], "marks": []}],
            "center": {"x": 0, "y": "1000"},
            "size": 1,
            "owner": ADDRESS,
        }
    }


def test_empty_lists_and_texts_of_several_lines_go_through(zoo, api):
    opens(zoo, signature_of(zoo, api, "lists"))
    zoo.presses("Ask", f_1="\r\n a\r\n<b>&amp;", f_3_0="1", f_3_1="2", f_3_2="3")
    results = list(body(zoo)["results"].values())
    assert results == ["0x", "\n a\n<b>&amp;", [], [1, 2, 3], [[], []]]
    assert zoo.form("Ask").fields["f-1"] == "\r\n a\r\n<b>&amp;"


def test_fields_that_do_not_fit_are_marked_each_and_nothing_is_sent(zoo, api):
    opens(zoo, signature_of(zoo, api, "words"))
    zoo.presses("Ask", f_0="256", f_1="x", f_2="true", f_3="0x1")
    assert zoo.answer.status_code == 422
    assert zoo.answer.text.count('class="wrong"') == 3
    assert "a must be from 0 to 255 (uint8), not 256." in zoo.text
    assert 'id="body"' not in zoo.answer.text


def test_arguments_may_be_written_as_json_and_go_back_into_fields(zoo, api):
    opens(zoo, signature_of(zoo, api, "words"))
    zoo.presses("Write JSON", f_0="7", f_1="-5", f_2="true", f_3=ADDRESS)
    written = json.loads(zoo.form("Ask").fields["written"])
    assert written == {"a": 7, "b": -5, "c": True, "d": ADDRESS}
    zoo.presses("Ask", written=json.dumps({**written, "a": 8}))
    assert list(body(zoo)["results"].values()) == [8, "-5", True, ADDRESS]
    zoo.presses("Ask", written="{")
    assert "This is not JSON: line 1, column 2." in zoo.text
    zoo.presses("Fill in fields", written=json.dumps(written))
    assert zoo.form("Ask").fields["f-1"] == "-5"


def test_function_that_reads_and_takes_nothing_is_asked_when_its_page_is_opened(zoo):
    opens(zoo, "count()")
    assert body(zoo)["results"] == {"result": str(40 + 115_792_089_237_316_195)}


def test_overloaded_functions_have_a_form_each_and_are_named_by_their_signatures(zoo):
    opens(zoo, "pick(address)")
    zoo.presses("Ask", f_0=ADDRESS)
    assert body(zoo)["results"] == {"result": "address"}
    assert "pick%28address%29" in code(zoo, "curl")


def test_words_of_the_contracts_author_are_shown_as_words(zoo):
    page = zoo.goes_to(zoo.contract).answer.text
    assert "Says &lt;b&gt;back&lt;/b&gt; what it is told." in page
    assert "<b>back" not in page


def test_function_that_there_is_not_is_told_with_the_nearest(zoo):
    zoo.goes_to(f"{zoo.contract}/functions/cuont")
    assert zoo.answer.status_code == 404
    assert "count" in zoo.text


def test_contract_of_another_organization_is_not_shown(zoo, developer):
    for path in (zoo.contract, f"{zoo.contract}/functions/count%28%29"):
        developer.goes_to(path)
        assert developer.answer.status_code == 404
        assert "Zoo" not in developer.text


def test_contract_on_the_chain_is_attached_by_its_address(developer, api):
    token = api.chain.get().address_of("PilotEuro")
    developer.goes_to("/developers/contracts")
    developer.presses("Use it", address="0x12")
    assert developer.answer.status_code == 422
    assert developer.form("Use it").fields["address"] == "0x12"
    developer.presses("Use it", address=token, abi="{")
    assert "The ABI is not JSON." in developer.text
    developer.presses("Use it", address=token, abi="", label="<i>euro</i>")
    assert "<i>euro</i>" in developer.text
    assert "&lt;i&gt;euro" in developer.answer.text
    developer.goes_to(developer.links["decimals()"])
    assert body(developer)["results"] == {"result": 6}


# What is sent


@pytest.fixture(scope="module")
def shop(make_developer):
    """A developer with a contract that writes and refuses."""
    browser = make_developer()
    browser.goes_to("/developers/contracts")
    browser.presses("Compile", source=SHOP, name="Shop.sol")
    browser.presses("Deploy")
    assert browser.answer.url.path.startswith("/developers/contracts/ctr_"), browser.text
    browser.contract = browser.answer.url.path
    return browser


SHOP = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Shop {
    struct Line { string what; uint256 price; }

    /// @notice The shop has no `what`; it has cost `price`.
    error SoldOut(string what, uint256 price);
    event Ordered(address indexed by, string what, uint256 total);

    uint256 public total;

    /// @notice Orders what is listed.
    /// @param lines What, and for <i>how much</i>.
    function order(Line[] calldata lines, bytes calldata __proto__) external payable {
        for (uint256 i = 0; i < lines.length; i++) {
            if (bytes(lines[i].what).length == 0) revert SoldOut(lines[i].what, lines[i].price);
            total += lines[i].price;
            emit Ordered(msg.sender, lines[i].what, total);
        }
        __proto__;
    }
}
"""


def orders(shop, what, price):
    opens(shop, "order((string,uint256)[],bytes)")
    shop.presses("Add an element lines")
    return shop.presses("Send", f_0_0_0=what, f_0_0_1=price)


def test_what_is_sent_shows_its_transaction_and_the_contract_its_events(shop):
    orders(shop, "<script>alert(1)</script>", "5")
    sent = body(shop)
    assert (sent["status"], sent["function"]) == ("confirmed", "order")
    shop.goes_to(shop.links["Transaction"])
    assert sent["hash"] in shop.text
    page = shop.goes_to(shop.contract)
    assert "Ordered" in page.text
    assert "<script>alert" in page.text
    assert "<script>alert" not in page.answer.text


def test_refusal_is_decoded_with_its_arguments_and_its_authors_words(shop):
    orders(shop, "", "77")
    assert shop.answer.status_code == 200
    answered = body(shop)
    assert answered["contract_error"]["args"] == {"what": "", "price": "77"}
    assert "SoldOut(string,uint256)" in shop.text
    assert shop.links["contract_reverted"] == "/docs/errors#contract_reverted"


def test_form_that_is_sent_twice_is_done_once(shop):
    opens(shop, "order((string,uint256)[],bytes)")
    shop.presses("Add an element lines")
    form = shop.form("Send")
    form.fields |= {"f-0-0-0": "x", "f-0-0-1": "1", "wish": "send"}
    first, second = (shop.client.post(form.action, data=form.fields).text for _ in range(2))
    ids = {re.search(r"tx_[0-9a-f]{24}", html.unescape(page))[0] for page in (first, second)}
    assert len(ids) == 1


def test_ether_that_does_not_fit_is_told_before_anything_is_sent(shop):
    opens(shop, "order((string,uint256)[],bytes)")
    shop.presses("Send", value="-1")
    assert shop.answer.status_code == 422
    assert "value must be from 0 to" in shop.text


HARD = 'it\'s "5" $HOME `id` \\ ! äö 💶\r\n@file'


@pytest.fixture(scope="module")
def hard_call(shop):
    """A page with a call whose values are hard to quote: its code in each language."""
    opens(shop, "order((string,uint256)[],bytes)")
    shop.presses("Add an element lines")
    shop.presses("Update the code", f_0_0_0=HARD, f_0_0_1=str(2**200), f_1="0x00ff")
    return {label: code(shop, label) for label in ("curl", "Python", "TypeScript")}


def run(shop, program, text=None):
    environment = {**os.environ, "POC_KEY": shop.key, "PYTHONPATH": str(PROJECT_ROOT)}
    done = subprocess.run(
        program,
        input=text,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ordered(shop):
    """What the last order was, by the contract's own events."""
    from pocplatform.client import Sandbox

    with Sandbox(str(shop.client.base_url), shop.key) as sandbox:
        event = next(sandbox.contracts.events(shop.contract.rpartition("/")[2]))
        return event.arguments["what"], event.transaction_hash


def test_curl_beside_the_form_does_what_the_form_would(shop, hard_call):
    answered = json.loads(run(shop, ["bash", "-s"], hard_call["curl"].replace("curl ", "curl -s ")))
    assert answered["status"] == "confirmed"
    assert ordered(shop) == (HARD.replace("\r\n", "\n"), answered["hash"])
    again = json.loads(run(shop, ["bash", "-s"], hard_call["curl"].replace("curl ", "curl -s ")))
    assert again["id"] == answered["id"]


def test_python_beside_the_form_does_what_the_form_would(shop, hard_call):
    printed = run(shop, [sys.executable, "-"], hard_call["Python"])
    what, hash_ = ordered(shop)
    assert printed.split() == ["confirmed", hash_]
    assert what == HARD.replace("\r\n", "\n")


def test_typescript_beside_the_form_does_what_the_form_would(shop, hard_call, tmp_path):
    script = tmp_path / "call.ts"
    script.write_text(hard_call["TypeScript"] + "\nexport {};\n", encoding="utf-8")
    compiler = PROJECT_ROOT / "node_modules" / "typescript" / "bin" / "tsc"
    types = PROJECT_ROOT / "node_modules" / "@types"
    run(shop, [
        "node", str(compiler), "--strict", "--target", "es2022", "--module", "es2022",
        "--moduleResolution", "bundler",
        "--skipLibCheck", "--typeRoots", str(types), "--types", "node",
        "--outDir", str(tmp_path), str(script),
    ])  # fmt: skip
    made = (tmp_path / "call.js").rename(tmp_path / "call.mjs")
    printed = run(shop, ["node", str(made)])
    what, hash_ = ordered(shop)
    assert what == HARD.replace("\r\n", "\n")
    assert hash_ in printed
