"""Checks a pack of evidence: by itself, and against a node where one is named.

What is in a pack comes from anybody: names, sizes and contents are looked at before they are used.
"""

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from pydantic import ValidationError

from pocplatform.client.models import Agreement
from pocplatform.pilots import evidence_sums
from pocplatform.pilots.books import transfers_in
from pocplatform.pilots.errors import PackUnreadable
from pocplatform.pilots.evaluation import Evaluation
from pocplatform.pilots.evidence_pack import FORMAT, MANIFEST
from pocplatform.pilots.shown import Text

MOST_FILES = 20_000
MOST_BYTES = 300_000_000
_NAME = re.compile(r"[a-z]+/[\w.-]{1,200}|[\w-]{1,60}\.(?:json|pdf)")
_NODE_TIMEOUT_S = 20.0


class Finding(NamedTuple):
    """A question about a pack, and its answer.

    Attributes:
        name: Snake case; never changes.
        text: What holds.
        detail: What is wrong, where it does not; a name of a file or a hash.
    """

    name: str
    text: Text
    ok: bool
    detail: str = ""


def word_of_the_runner(node_url: str | None) -> list[Text]:
    """What a check does not say: it is in the pack because the runner has put it there."""
    alone = [] if node_url is not None else [evidence_sums.ONLY_WITH_A_NODE]
    return [*evidence_sums.WORD_OF_THE_RUNNER, *alone]


class _Pack(NamedTuple):
    manifest: dict[str, Any]
    files: dict[str, bytes]
    evaluation: Evaluation


def check(path: Path, node_url: str | None = None) -> list[Finding]:
    """Every question about a pack.

    Args:
        path: The zip.
        node_url: JSON-RPC of a node of the chain; without it, the chain is not asked.

    Raises :class:`~pocplatform.pilots.errors.PackUnreadable` for what is no pack, and
    :class:`~pocplatform.pilots.errors.PackUnreadable` where the node does not answer.
    """
    pack = _read(path)
    questions: list[tuple[str, Text, Callable[[], str]]] = [
        (
            "files_unchanged",
            Text(
                "Every file is as the manifest has it, and there are no others.",
                "Jokainen tiedosto on luettelon mukainen, eikä muita ole.",
            ),
            lambda: _changed(pack),
        ),
        (
            "receipts_agree",
            Text(
                "The numbers of each transaction are those of its receipt.",
                "Jokaisen tapahtuman luvut ovat sen kuitin luvut.",
            ),
            lambda: _unlike(pack),
        ),
        (
            "documents_genuine",
            Text(
                "The text of each agreement gives the fingerprint that was put on the chain.",
                "Jokaisen sopimuksen teksti antaa sen tiivisteen, joka vietiin ketjuun.",
            ),
            lambda: _forged(pack),
        ),
        (
            "agreements_on_chain",
            Text(
                "Each agreement that came into force is in a receipt of the chain.",
                "Jokainen voimaan tullut sopimus on jossakin ketjun kuitissa.",
            ),
            lambda: _not_on_chain(pack),
        ),
        (
            "money_conserved",
            Text(
                "All test money that was given out is accounted for.",
                "Kaikki jaettu testiraha on tallella.",
            ),
            lambda: "" if pack.evaluation.money.conserved else "evaluation.json",
        ),
        (
            "steps_add_up",
            Text(
                "The transactions and the gas of each step are those of its receipts.",
                "Jokaisen vaiheen tapahtumat ja kaasu ovat sen kuittien mukaiset.",
            ),
            lambda: evidence_sums.steps_unlike(pack.evaluation),
        ),
        (
            "goals_follow",
            Text(
                "Whether each goal was reached follows from what was measured.",
                "Jokaisen tavoitteen toteutuminen seuraa mitatuista luvuista.",
            ),
            lambda: evidence_sums.criteria_unlike(pack.evaluation),
        ),
        (
            "costs_follow",
            Text(
                "The costs are the gas of the receipts times the prices beside them.",
                "Kustannukset ovat kuittien kaasu kertaa vieressä olevat hinnat.",
            ),
            lambda: evidence_sums.costs_unlike(pack.evaluation),
        ),
    ]
    if node_url is not None:
        with httpx.Client(timeout=_NODE_TIMEOUT_S, trust_env=False) as http:
            node = _Node(http, node_url)
            questions += [
                (
                    "same_chain",
                    Text("The node serves the same chain.", "Solmu palvelee samaa ketjua."),
                    lambda: _other_chain(pack, node),
                ),
                (
                    "node_agrees",
                    Text(
                        "The node has every transaction with the same receipt.",
                        "Solmulla on jokainen tapahtuma ja sama kuitti.",
                    ),
                    lambda: _unknown_to(pack, node),
                ),
                (
                    "money_on_chain",
                    Text(
                        "The test money is where the token's transfers on the node brought it.",
                        "Testiraha on siellä, minne solmun tuntemat siirrot sen veivät.",
                    ),
                    lambda: _elsewhere(pack, node),
                ),
            ]
            return list(_answers(questions))
    return list(_answers(questions))


def _answers(questions: list[tuple[str, Text, Callable[[], str]]]) -> Iterator[Finding]:
    for name, text, wrong in questions:
        detail = wrong()
        yield Finding(name, text, not detail, detail)


def _read(path: Path) -> _Pack:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_FILES or sum(e.file_size for e in entries) > MOST_BYTES:
                raise _unreadable(path, "it is larger than evidence can be")
            names = [entry.filename for entry in entries]
            bad = next((name for name in names if not _NAME.fullmatch(name)), None)
            if bad is not None or len(set(names)) != len(names):
                raise _unreadable(path, f"it holds {bad or 'a name twice'}")
            files = {name: archive.read(name) for name in names}
        manifest = json.loads(files.pop(MANIFEST))
        evaluation = Evaluation.model_validate_json(files["evaluation.json"])
        listed = {name: str(one["sha256"]) for name, one in manifest["files"].items()}
    except OSError as error:
        raise _unreadable(path, (error.strerror or str(error)).lower()) from error
    except (
        EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError
    ) as error:  # fmt: skip
        raise _unreadable(path, str(error) or type(error).__name__) from error
    except (KeyError, TypeError, AttributeError, ValueError, ValidationError, RecursionError) as e:
        raise _unreadable(path, "its manifest or its evaluation is missing or broken") from e
    if manifest.get("format") != FORMAT:
        raise _unreadable(path, f"its format is {manifest.get('format')!r}, not {FORMAT}")
    return _Pack({**manifest, "files": listed}, files, evaluation)


def _changed(pack: _Pack) -> str:
    listed: dict[str, str] = pack.manifest["files"]
    for name in sorted(listed.keys() | pack.files.keys()):
        content = pack.files.get(name)
        if content is None or listed.get(name) != hashlib.sha256(content).hexdigest():
            return name
    run = pack.evaluation
    same = (pack.manifest.get("run"), pack.manifest.get("genesis_hash"))
    return "" if same == (run.run, run.genesis_hash) else MANIFEST


def _unlike(pack: _Pack) -> str:
    for one in pack.evaluation.transactions:
        receipt = _object(pack, f"receipts/{one.hash}.json")
        found = tuple(_number(receipt.get(n)) for n in ("gasUsed", "blockNumber", "status"))
        if found != (one.gas_used, one.block, int(one.succeeded)):
            return one.hash
    return ""


def _forged(pack: _Pack) -> str:
    sent = "".join(
        str(_object(pack, f"transactions/{one.hash}.json").get("input")).lower()
        for one in pack.evaluation.transactions
    )
    for name, agreement in _agreements(pack):
        if agreement is None:
            return name
        document = agreement.document
        on_chain = agreement.state in ("draft", "withdrawn") or document.hash[2:].lower() in sent
        if document.text and not (document.is_genuine() and on_chain):
            return name
    return ""


def _not_on_chain(pack: _Pack) -> str:
    # Of the run's transactions only: those are what a node is asked about.
    receipts = [_object(pack, f"receipts/{one.hash}.json") for one in pack.evaluation.transactions]
    topics = [
        topic
        for receipt in receipts
        for log in _listed(receipt.get("logs"))
        if isinstance(log, dict)
        for topic in _listed(log.get("topics"))
    ]
    for name, agreement in _agreements(pack):
        if agreement is None:
            return name
        drafted = agreement.state in ("draft", "withdrawn")
        if not drafted and agreement.agreement_hash not in topics:
            return name
    return ""


def _other_chain(pack: _Pack, node: "_Node") -> str:
    genesis = node.ask("eth_getBlockByNumber", "0x0", False)
    found = genesis.get("hash") if isinstance(genesis, dict) else None
    return "" if found == pack.evaluation.genesis_hash else str(found)


def _unknown_to(pack: _Pack, node: "_Node") -> str:
    for one in pack.evaluation.transactions:
        theirs = node.ask("eth_getTransactionReceipt", one.hash)
        ours = _object(pack, f"receipts/{one.hash}.json")
        for field in ("blockHash", "blockNumber", "gasUsed", "status", "logs"):
            if not isinstance(theirs, dict) or theirs.get(field) != ours.get(field):
                return one.hash
        known = node.ask("eth_getTransactionByHash", one.hash)
        kept = _object(pack, f"transactions/{one.hash}.json")
        if not isinstance(known, dict) or known.get("input") != kept.get("input"):
            return one.hash
    return ""


def _elsewhere(pack: _Pack, node: "_Node") -> str:
    run = pack.evaluation
    sent = {one.hash: _object(pack, f"transactions/{one.hash}.json") for one in run.transactions}
    token = evidence_sums.token_of(run, sent)
    if token is None:
        return evidence_sums.money_unlike(run, [])
    asked = {
        "address": token,
        "topics": [evidence_sums.TOPIC],
        "fromBlock": hex(run.first_block + 1),
        "toBlock": hex(run.last_block),
    }
    try:
        return evidence_sums.money_unlike(run, transfers_in(node.ask("eth_getLogs", asked)))
    except ValueError:
        return "eth_getLogs"


def _agreements(pack: _Pack) -> Iterator[tuple[str, Agreement | None]]:
    for name, content in pack.files.items():
        if name.startswith("agreements/") and name.endswith(".json"):
            try:
                yield name, Agreement.model_validate_json(content)
            except ValidationError:
                yield name, None


def _object(pack: _Pack, name: str) -> dict[str, Any]:
    try:
        found = json.loads(pack.files.get(name, b"null"))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _listed(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _number(text: Any) -> int | None:
    try:
        return int(text, 16)
    except (TypeError, ValueError):
        return None


class _Node:
    """A node's JSON-RPC."""

    def __init__(self, http: httpx.Client, url: str) -> None:
        self._http = http
        self._url = url

    def ask(self, method: str, *parameters: Any) -> Any:
        """The result of a method; None where the node has none."""
        call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(parameters)}
        try:
            answer = self._http.post(self._url, json=call)
            return answer.json().get("result")
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, AttributeError) as error:
            raise PackUnreadable(
                f"The node {self._url} does not answer as a node does.",
                next_step="Name the JSON-RPC address of a node, such as http://127.0.0.1:8000/rpc.",
            ) from error


def _unreadable(path: Path, why: str) -> PackUnreadable:
    return PackUnreadable(
        f"{path} is no evidence of a pilot: {why}.",
        next_step="Take the file that `pocplatform pilot pack NAME` has written.",
    )
