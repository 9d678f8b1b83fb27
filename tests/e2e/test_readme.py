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


def run(command, base_url):
    done = subprocess.run(
        [*command[:-1], command[-1].replace(ADDRESS, base_url)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_curl_example_ends_with_a_verified_company_and_the_money_at_the_maker(base_url):
    script = next(block for block in blocks("sh") if "curl" in block)
    said = run(["bash", "-euo", "pipefail", "-c", script], base_url)
    assert "True\n" in said
    assert re.search(r'"object":"balance","address":"0x[0-9a-fA-F]{40}","amount":120000', said)
    assert re.search(r'"jsonrpc":"2.0","id":1,"result":"0x[0-9a-f]+"', said)
    assert "problem" not in said


def test_python_example_of_25_lines_ends_with_the_same(base_url):
    script = blocks("python")[0]
    assert len([line for line in script.splitlines() if line.strip()]) <= 25
    assert run([sys.executable, "-c", script], base_url) == "True\n120000\n"


@pytest.mark.parametrize("path", re.findall(r"\]\(([^)#:]+)\)", README))
def test_linked_files_exist(path):
    assert (PROJECT_ROOT / path).exists()
