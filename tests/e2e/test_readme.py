"""What the README shows is run as it stands there."""

import re
import subprocess
import sys

import pytest

from pocplatform.kit.settings import PROJECT_ROOT

README = (PROJECT_ROOT / "README.md").read_text()
ADDRESS = "http://127.0.0.1:8000"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_curl_example_gives_an_identity_money_and_a_balance(base_url):
    script = next(block for block in blocks("sh") if "curl" in block)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace(ADDRESS, base_url)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert '"id":"did:ethr:0x7a69:0x' in done.stdout
    assert '"amount":250000' in done.stdout
    assert '"object":"balance"' in done.stdout
    assert re.search(r'"jsonrpc":"2.0","id":1,"result":"0x[0-9a-f]+"', done.stdout)
    assert "problem" not in done.stdout


def test_python_example_ends_with_the_money_at_the_maker(base_url):
    script = blocks("python")[0]
    assert len([line for line in script.splitlines() if line.strip()]) <= 30
    done = subprocess.run(
        [sys.executable, "-c", script.replace(ADDRESS, base_url)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "120000\n"


@pytest.mark.parametrize("path", re.findall(r"\]\(([^)#:]+)\)", README))
def test_linked_files_exist(path):
    assert (PROJECT_ROOT / path).exists()
