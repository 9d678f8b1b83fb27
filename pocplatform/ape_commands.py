"""The sandbox as a network of ape: ``pocplatform ape-config``.

ape (0.8) takes networks of others from ``ape-config.yaml``: their names and chain ids under
``networks: custom:``, their addresses under the provider's own section, here ``node:``.
"""

import re
import secrets
from pathlib import Path
from typing import Annotated

import typer

from pocplatform.chain.files import write_atomically
from pocplatform.kit.errors import PlatformError
from pocplatform.terminal import Json, NotRunning, print_json, read_settings, running_url

FILE = "ape-config.yaml"
NETWORK = "ethereum:pocplatform:node"
"""What ``ape --network`` takes then."""

_BEGIN = "# pocplatform: begin"
_END = "# pocplatform: end"
_SECTION = re.compile(rf"^{_BEGIN}.*?^{_END}[^\n]*\n?", re.DOTALL | re.MULTILINE)
_ACCOUNT = re.compile(r"^  hd_path: m/44'/60'/(\d+)'", re.MULTILINE)
_OF_THE_SECTION = re.compile(r"^(networks|node)\s*:", re.MULTILINE)
_TEST = re.compile(r"^test\s*:", re.MULTILINE)


class ApeConfigTaken(PlatformError):
    """An ape-config.yaml has sections of the same names, which are not ours to change."""

    code = "ape_config_taken"
    title = "The configuration has such sections already"


def section(address: str, chain_id: int, account: int | None) -> str:
    """The lines of ``ape-config.yaml``.

    Args:
        address: Of the chain's JSON-RPC.
        chain_id: The chain's id.
        account: By which number ape makes its test accounts; those that it makes without one are
            known to everybody, and the first of them is the sandbox's. None leaves that alone.
    """
    lines = [
        f"{_BEGIN} (written by `pocplatform ape-config --write`; ape … --network {NETWORK})",
        "networks:",
        "  custom:",
        "    - name: pocplatform",
        f"      chain_id: {chain_id}",
        "      ecosystem: ethereum",
        "      default_provider: node",
        "node:",
        "  ethereum:",
        "    pocplatform:",
        f"      uri: {address}",
    ]
    if account is not None:
        lines += ["test:", f"  hd_path: m/44'/60'/{account}'/0"]
    return "\n".join([*lines, _END, ""])


def with_section(text: str, address: str, chain_id: int) -> str:
    """The text of an ``ape-config.yaml`` with the section, in place of an earlier one.

    Raises :class:`ApeConfigTaken`.
    """
    before = _SECTION.search(text)
    rest = _SECTION.sub("", text)
    taken = sorted(set(_OF_THE_SECTION.findall(rest)))
    if taken:
        raise ApeConfigTaken(
            "{file} has sections of its own named: {names}.",
            next_step="Put what `pocplatform ape-config` prints into them by hand.",
            file=FILE,
            names=", ".join(taken),
        )
    account: int | None = None
    if not _TEST.search(rest):
        known = _ACCOUNT.search(before.group()) if before is not None else None
        account = int(known.group(1)) if known is not None else 1 + secrets.randbelow(2**31 - 1)
    lines = section(address, chain_id, account)
    if before is not None:
        return _SECTION.sub(lambda _: lines, text, count=1)
    if text and not text.endswith("\n"):
        text += "\n"
    return f"{text}\n{lines}" if text else lines


def ape_config(
    write: Annotated[
        bool, typer.Option("--write", help=f"Write it into {FILE} of this folder.")
    ] = False,
    url: Annotated[str | None, typer.Option(help="Address of a running sandbox.")] = None,
    key: Annotated[
        str | None,
        typer.Option(
            help="Secret key whose wallet acts, or a variable that ape is to read it from: "
            "'$MY_KEY'. Without it, accounts of ape's own sign."
        ),
    ] = None,
    json_output: Json = False,
) -> None:
    """Print the section of ape-config.yaml by which ape uses the sandbox as a network."""
    base_url = (url or running_url(read_settings())).rstrip("/")
    chain_id = _chain_id(base_url)
    address = f"{base_url}/rpc" + (f"/{key}" if key else "")
    path = Path(FILE)
    text = path.read_text(encoding="utf-8") if write and path.exists() else ""
    whole = with_section(text, address, chain_id)
    if write:
        write_atomically(path, whole)
    if json_output:
        print_json({"network": NETWORK, "uri": address, "chain_id": chain_id, "written": write})
    elif write:
        typer.echo(f"{FILE}: ape console --network {NETWORK}")
    else:
        typer.echo(whole, nl=False)


def _chain_id(base_url: str) -> int:
    """The id of the chain of a running sandbox. Raises :class:`NotRunning`."""
    import httpx

    try:
        answer = httpx.get(f"{base_url}/v1/chain", timeout=10, trust_env=False)
        return int(answer.raise_for_status().json()["chain_id"])
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, TypeError, KeyError) as error:
        raise NotRunning(
            "No sandbox answers at {url} ({why}).",
            next_step="Wait a moment if it is just starting; else start it with scripts/sandbox.",
            url=base_url,
            why=type(error).__name__,
        ) from error
