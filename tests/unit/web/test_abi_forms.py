"""Forms from ABIs: any JSON goes in and comes out the same, and buttons change lists."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocplatform.chain import abi_json
from pocplatform.web.abi_forms import MAX_FIELDS, AbiForm, Array, FormTooLong, change, texts_of
from pocplatform.web.developers.call_forms import CallForm
from tests.abi_values import ABIS, CALLS

ORDER = {
    "name": "orders",
    "type": "tuple[]",
    "internalType": "struct Shop.Order[]",
    "components": [
        {"name": "price", "type": "uint256"},
        {"name": "paid", "type": "bool"},
        {"name": "notes", "type": "string[]"},
        {"name": "mark", "type": "bytes4"},
    ],
}


def as_a_form_writes(parameter, kind, value):
    """JSON in the one spelling that a form has, worked out another way than by the module."""
    if kind.endswith("]"):
        return [as_a_form_writes(parameter, kind[: kind.rindex("[")], one) for one in value]
    if kind == "tuple":
        return arguments_as_a_form_writes(parameter["components"], value)
    if kind.startswith(("uint", "int")):
        if isinstance(value, str) and value.lstrip("-").startswith("0x"):
            return value
        return int(value) if abs(int(value)) < 2**53 else str(value)
    return value.replace("\r\n", "\n").replace("\r", "\n") if kind == "string" else value


def arguments_as_a_form_writes(abi, value):
    names = abi_json.names(abi)
    values = [value[name] for name in names] if isinstance(value, dict) else value
    return {
        name: as_a_form_writes(parameter, parameter["type"], one)
        for name, parameter, one in zip(names, abi, values, strict=True)
    }


@given(CALLS)
@settings(max_examples=120)
def test_any_arguments_of_any_abi_come_out_of_the_form_as_they_went_in(call):
    abi, arguments = call
    form = AbiForm(abi, texts_of(abi, arguments))
    assert form.check(), [leaf.error for leaf in form.leaves]
    found = form.arguments()
    assert found == form.example() == arguments_as_a_form_writes(abi, arguments)
    # What a browser does with it: every field is a text of its own name.
    sent = {leaf.name: leaf.text for leaf in form.leaves}
    assert len(sent) == len(form.leaves)
    assert AbiForm(abi, texts_of(abi, json.loads(json.dumps(found)))).arguments() == found


@given(ABIS)
@settings(max_examples=50)
def test_code_of_an_empty_form_has_an_example_that_fits_any_abi(abi):
    form = AbiForm(abi)
    abi_json.encode(abi, form.example())
    assert form.has_blanks or form.check()


@given(CALLS, st.data())
@settings(max_examples=50)
def test_element_that_is_added_and_one_that_is_removed_leave_the_others_as_they_were(call, data):
    abi, arguments = call
    texts = texts_of(abi, arguments)
    form = AbiForm(abi, texts)
    lists = [one for one in walk(form.fields) if isinstance(one, Array) and one.grows]
    if not lists:
        return
    chosen = data.draw(st.sampled_from(lists))
    before = form.arguments()
    assert change(texts, f"add {chosen.name}") == f"{chosen.name}-{len(chosen.members)}"
    longer = AbiForm(abi, texts)
    assert len(named(longer, chosen.name).members) == len(chosen.members) + 1
    change(texts, f"remove {chosen.name}-{len(chosen.members)}")
    assert AbiForm(abi, texts).arguments() == before
    if chosen.members:
        place = data.draw(st.integers(0, len(chosen.members) - 1))
        kept = [value for n, value in enumerate(value_at(form, chosen)) if n != place]
        change(texts, f"remove {chosen.name}-{place}")
        shorter = AbiForm(abi, texts)
        assert value_at(shorter, named(shorter, chosen.name)) == kept


def walk(fields):
    for one in fields:
        yield one
        yield from walk(getattr(one, "members", ()))


def named(form, name):
    return next(one for one in walk(form.fields) if one.name == name)


def value_at(form, wanted):
    """What stands in the arguments where a field is."""
    value = list(form.arguments().values())
    for number in map(int, wanted.name.split("-")[1:]):
        value = list(value.values()) if isinstance(value, dict) else value
        value = value[number]
    return value


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("uint256", "1 000 000", 1_000_000),
        ("uint256", "1\u00a0000_000", 1_000_000),
        ("uint256", "0x10", "0x10"),
        ("uint256", "9007199254740992", "9007199254740992"),
        ("int8", "-5", -5),
        ("int8", "+5", 5),
        ("bytes", "", "0x"),
        ("bytes", " 0xab ", "0xab"),
        ("string", " kaksi\r\nriviä ", " kaksi\nriviä "),
        ("string", "", ""),
        ("bool", "true", True),
    ],
)
def test_what_people_write_is_read_as_they_mean_it(kind, text, value):
    form = AbiForm([{"name": "x", "type": kind}], {"f-0": text})
    assert form.check()
    assert form.arguments() == {"x": value}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("uint8", "256"),
        ("uint8", "-1"),
        ("uint8", ""),
        ("uint8", "yksi"),
        ("uint8", "1,5"),
        ("address", "0x12"),
        ("address", ""),
        ("bytes4", "0x1234"),
        ("bytes", "abc"),
        ("bool", "maybe"),
        ("function", ""),
    ],
)
def test_value_that_does_not_fit_is_named_by_its_place_and_the_others_are_checked_too(kind, text):
    parts = [{"name": "one", "type": kind}, {"name": "two", "type": kind}]
    abi = [{"name": "pair", "type": "tuple", "components": parts}]
    form = AbiForm(abi, {"f-0-0": text, "f-0-1": text})
    assert not form.check()
    assert [leaf.error.param for leaf in form.leaves] == ["pair.one", "pair.two"]


def test_struct_within_a_list_has_fields_with_the_words_of_its_author():
    form = AbiForm([ORDER], {"f-0-n": "2", "f-0-1-2-n": "1", "f-0-1-2-0": "<b>"})
    (orders,) = form.fields
    assert (orders.type, orders.about) == ("struct[]", "struct Shop.Order[]")
    assert [leaf.path for leaf in form.leaves] == [
        "orders[0].price", "orders[0].paid", "orders[0].mark",
        "orders[1].price", "orders[1].paid", "orders[1].notes[0]", "orders[1].mark",
    ]  # fmt: skip
    assert form.arguments()["orders"][1]["notes"] == ["<b>"]


@pytest.mark.parametrize(
    "what",
    [
        "",
        "send",
        "add",
        "add f",
        "add g-0",
        "remove f-0-9",
        "add f-0; rm",
        "remove f",
        "add f-99999",
    ],
)
def test_button_that_makes_no_sense_changes_nothing(what):
    texts = {"f-0-n": "1", "f-0-0": "x"}
    change(texts, what)
    assert texts == {"f-0-n": "1", "f-0-0": "x"}


@pytest.mark.parametrize("count", ["-1", "1e9", "99999", "", "ä", "０"])
def test_length_that_is_no_number_is_none(count):
    abi = [{"name": "x", "type": "uint8[]"}]
    assert AbiForm(abi, {"f-0-n": count}).arguments() == {"x": []}


def test_form_with_more_fields_than_a_page_can_have_is_refused_and_written_as_json_instead():
    abi = [{"name": "x", "type": "uint8[][]"}]
    texts = {"f-0-n": str(MAX_FIELDS)}
    with pytest.raises(FormTooLong):
        AbiForm(abi, texts)
    long = CallForm([{"name": "x", "type": "uint8[4096]"}], False, {})
    assert long.form is None
    assert long.written == "{}"
    full = {"f-0-n": str(MAX_FIELDS - 1), "wish": "add f-0"}
    asked = CallForm(abi, False, full)
    assert asked.error is not None
    assert len(asked.form.fields[0].members) == MAX_FIELDS - 1


def test_form_becomes_json_and_fields_again_with_the_same_values():
    texts = texts_of([ORDER], {"orders": [
        {"price": "1" * 30, "paid": True, "notes": ["a", ""], "mark": "0x12345678"}
    ]})  # fmt: skip
    fields = CallForm([ORDER], False, texts)
    written = CallForm([ORDER], False, {**texts, "wish": "json"})
    assert written.form is None
    assert written.check()
    assert written.arguments() == fields.arguments()
    again = CallForm([ORDER], False, {"mode": "json", "written": written.written, "wish": "fields"})
    assert again.form.arguments() == fields.arguments()


@pytest.mark.parametrize("text", ["", "{", "NaN", "[" * 100_000, '{"orders": 1}', '{"x": []}', "7"])
def test_json_that_does_not_fit_is_told_so(text):
    form = CallForm([ORDER], False, {"mode": "json", "written": text, "wish": "send"})
    assert form.sending
    assert not form.check()
    assert form.error is not None
    form.example()


@pytest.mark.parametrize(("text", "wei"), [("", "0"), ("1 000", "1000"), ("-1", "0"), ("x", "0")])
def test_ether_is_wei_that_fits_or_none(text, wei):
    form = CallForm([], True, {"value": text})
    assert form.wei == wei
    assert form.check() is (text in ("", "1 000"))
