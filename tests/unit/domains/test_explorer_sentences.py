"""Sentences of the explorer: there is one for all that our contracts do, in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from pocplatform import deployment
from pocplatform.chain.compiler import compile_project
from pocplatform.chain.interface import Interface
from pocplatform.domains.explorer import wording
from pocplatform.domains.explorer.decoding import Decoded
from pocplatform.domains.explorer.sentences import SENTENCES, of_ours, strangers
from pocplatform.domains.explorer.sentences.said import (
    KINDS,
    NOBODY,
    Said,
    pieces,
    placeholders,
)
from pocplatform.kit.settings import PROJECT_ROOT

SOMEBODY = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


@pytest.fixture(scope="module")
def interfaces():
    """What our own contracts offer, by name."""
    artifacts = compile_project(PROJECT_ROOT, PROJECT_ROOT / ".build" / "artifacts")
    names = [one.name for one in deployment._own()]
    return {name: Interface(artifacts[name].abi) for name in names}


def value(parameter: dict[str, Any], number: int) -> Any:
    """A value of a parameter as the decoder gives it, with this number in it everywhere."""
    kind: str = parameter["type"]
    if kind.endswith("]"):
        return [value({**parameter, "type": kind[: kind.rindex("[")]}, number)]
    if kind == "tuple":
        return {part["name"]: value(part, number) for part in parameter["components"]}
    if kind == "address":
        return SOMEBODY if number else NOBODY
    if kind == "string":
        return "text"
    if kind == "bool":
        return bool(number)
    if kind.startswith("bytes"):
        size = int(kind[5:] or 4)
        return "0x" + number.to_bytes(size).hex()
    return number if int(kind.lstrip("uint")) <= 32 else str(number)


def every(interfaces):
    """Contract, name and arguments of each function that writes and each event, three times."""
    for contract, interface in interfaces.items():
        writing = [one for one in interface.functions if not one.reads]
        for one in [*writing, *interface.events]:
            for number in (0, 1, 3):
                arguments = {p["name"]: value(p, number) for p in one.inputs}
                yield contract, one.name, {"sender": SOMEBODY, "contract": SOMEBODY, **arguments}


def test_no_function_and_no_event_of_ours_is_without_a_sentence(interfaces):
    assert len(interfaces) == 12
    missing = {
        f"{contract}.{name}"
        for contract, name, arguments in every(interfaces)
        if of_ours(contract, name, arguments) is None
    }
    assert missing == set()


def test_every_sentence_finds_its_arguments_and_knows_how_to_show_them(interfaces):
    for contract, name, arguments in every(interfaces):
        said = of_ours(contract, name, arguments)
        for template in said:
            placed = list(pieces(template, arguments))
            assert {one.kind for one in placed} <= KINDS | {None}, f"{contract}.{name}"
            shown = [one.value for one in placed if one.kind in ("who", "money", "number")]
            assert all(isinstance(one, str | int) for one in shown), f"{contract}.{name}"


def test_no_sentence_is_of_something_that_our_contracts_do_not_have(interfaces):
    known = {
        (contract, one.name)
        for contract, interface in interfaces.items()
        for one in (*interface.functions, *interface.events)
    }
    names = {name for _, name in known}
    obsolete = {key for key in SENTENCES if key not in known and key[0] != "*"}
    assert obsolete == set()
    assert {name for contract, name in SENTENCES if contract == "*"} <= names


def test_both_languages_say_the_same_values_and_end_as_sentences_do(interfaces):
    found = {of_ours(contract, name, arguments) for contract, name, arguments in every(interfaces)}
    of_others = [one for one in vars(strangers).values() if isinstance(one, Said)]
    for said in [*found, *strangers.TOKEN.values(), *of_others]:
        assert placeholders(said.en) == placeholders(said.fi), said.en
        assert said.en != said.fi
        if said is not strangers.NO_EFFECT:
            assert (said.en[-1], said.fi[-1]) == (".", "."), said.en


def test_every_kind_of_value_can_be_shown():
    assert set(wording._SHOWN) == KINDS


def test_money_below_a_cent_is_shown_exactly():
    assert wording.money(12_340_000, "en").replace("\u00a0", " ") == "12.34 tEUR"
    assert wording.money(12_345_678, "en").replace("\u00a0", " ") == "12.345678 tEUR"
    assert wording.money(1_200_000_000, "fi").replace("\u00a0", " ") == "1 200,00 tEUR"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"to": None, "creates": True}, strangers.CREATED),
        ({"to": SOMEBODY, "value": 10**18, "empty": True}, strangers.ETHER),
        ({"to": SOMEBODY, "empty": True}, strangers.NOTHING),
        ({"to": SOMEBODY}, strangers.UNKNOWN),
        (
            {"to": SOMEBODY, "decoded": Decoded("EAS", False, "attest", "attest()", {})},
            strangers.KNOWN,
        ),
    ],
)
def test_what_strangers_do_is_said_too(facts, said):
    defaults = {"value": 0, "empty": False, "creates": False, "decoded": None, "effect": True}
    call = wording.CallFacts(sender=SOMEBODY, **{**defaults, **facts})
    first = said.en.partition("{")[0] or said.en.partition("}")[2].partition("{")[0]
    words = "".join(str(p.value) for p in wording.draft_of_call(call, "en").placed if not p.kind)
    assert first in words
