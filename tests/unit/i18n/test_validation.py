"""What is wrong with a request, field by field, in both languages."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import httpx
import pytest
from fastapi import FastAPI, Query
from fastapi.testclient import TestClient
from pydantic import AfterValidator, AnyUrl, AwareDatetime, BaseModel, ConfigDict, Field

from pocplatform.http import errors, validation
from pocplatform.kit.errors import InvalidInput


def _even(value: int) -> int:
    if value % 2:
        raise ValueError("an {even} number is expected")
    return value


class Part(BaseModel):
    """A field with fields."""

    amount: Annotated[int, Field(strict=True, gt=0, le=100)]


class Body(BaseModel):
    """A field of every kind."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(default="ab", min_length=2, max_length=5)
    code: str = Field(default="A", pattern=r"^[A-Z]{1,2}$")
    kind: Literal["company", "person"] = "company"
    ratio: float = 0.5
    share: int = Field(default=1, ge=1, lt=9)
    yes: bool = True
    when: AwareDatetime | None = None
    site: AnyUrl | None = None
    even: Annotated[int, AfterValidator(_even)] = 2
    parts: list[Part] = Field(default_factory=list, max_length=1)
    tags: list[str] = Field(default=["a"], min_length=1)
    metadata: dict[str, str] = Field(default_factory=dict)
    path: Part | None = None
    arguments: dict[str, Any] | Annotated[list[Any], Field(max_length=2)] = Field(
        default_factory=dict
    )
    people: dict[str, Part | list[Part]] = Field(default_factory=dict)
    paid: bool | Part | Literal["never"] = True


@pytest.fixture(scope="module")
def client():
    app = FastAPI()
    errors.install(app)

    @app.post("/")
    def take(body: Body, limit: Annotated[int, Query(ge=1)] = 1) -> None:
        """Takes a body."""

    return TestClient(app)


def problem(client: TestClient, body: Any, language: str, **query: Any) -> dict[str, Any]:
    answer: httpx.Response = client.post(
        "/", json=body, params=query, headers={"Accept-Language": language}
    )
    assert answer.status_code == 422, answer.text
    found: dict[str, Any] = answer.json()
    assert found["code"] == "invalid_input"
    return found


@pytest.mark.parametrize(
    ("body", "param", "english", "finnish"),
    [
        (
            {"nam": "x"},
            "nam",
            "nam is not a field of this request.",
            "nam ei ole tämän pyynnön kenttä.",
        ),
        (
            {"path": {}},
            "path.amount",
            "path.amount is missing.",
            "path.amount puuttuu.",
        ),
        (
            {"name": 5},
            "name",
            "name must be text, not 5.",
            "Kentän name on oltava tekstiä; nyt se on 5.",
        ),
        (
            {"name": "a"},
            "name",
            "name must have at least 2 characters.",
            "Kentän name vähimmäispituus on 2 merkkiä.",
        ),
        (
            {"name": "abcdef"},
            "name",
            "name must have at most 5 characters.",
            "Kentän name enimmäispituus on 5 merkkiä.",
        ),
        (
            {"code": "é{"},
            "code",
            'code must have the form ^[A-Z]{1,2}$, unlike "é{".',
            'Kentän code on oltava muotoa ^[A-Z]{1,2}$; nyt se on "é{".',
        ),
        (
            {"kind": "cat"},
            "kind",
            "kind must be one of 'company', 'person', not \"cat\".",
            "Kentän kind on oltava jokin näistä: 'company', 'person'; nyt se on \"cat\".",
        ),
        (
            {"ratio": "half"},
            "ratio",
            'ratio must be a number, not "half".',
            'Kentän ratio on oltava luku; nyt se on "half".',
        ),
        (
            {"share": 0},
            "share",
            "share must be at least 1, not 0.",
            "Kentän share on oltava vähintään 1; nyt se on 0.",
        ),
        (
            {"share": 9},
            "share",
            "share must be less than 9, not 9.",
            "Kentän share on oltava pienempi kuin 9; nyt se on 9.",
        ),
        (
            {"share": 1.5},
            "share",
            "share must be a whole number, not 1.5.",
            "Kentän share on oltava kokonaisluku; nyt se on 1.5.",
        ),
        (
            {"yes": "perhaps"},
            "yes",
            'yes must be true or false, not "perhaps".',
            'Kentän yes on oltava true tai false; nyt se on "perhaps".',
        ),
        (
            {"when": "2026-12-31T12:00:00"},
            "when",
            "when must be a time with its zone, such as 2026-12-31T12:00:00Z, not "
            '"2026-12-31T12:00:00".',
            "Kentän when on oltava ajankohta aikavyöhykkeineen, kuten 2026-12-31T12:00:00Z; nyt "
            'se on "2026-12-31T12:00:00".',
        ),
        (
            {"site": "here"},
            "site",
            'site must be a web address, not "here".',
            'Kentän site on oltava verkko-osoite; nyt se on "here".',
        ),
        (
            {"parts": [{"amount": 0}]},
            "parts[0].amount",
            "parts[0].amount must be more than 0, not 0.",
            "Kentän parts[0].amount on oltava suurempi kuin 0; nyt se on 0.",
        ),
        (
            {"parts": [{"amount": "5"}]},
            "parts[0].amount",
            'parts[0].amount must be a whole number, not "5".',
            'Kentän parts[0].amount on oltava kokonaisluku; nyt se on "5".',
        ),
        (
            {"parts": [{"amount": 101}]},
            "parts[0].amount",
            "parts[0].amount must be at most 100, not 101.",
            "Kentän parts[0].amount on oltava enintään 100; nyt se on 101.",
        ),
        (
            {"parts": [{"amount": 1}, {"amount": 2}]},
            "parts",
            "parts must have at most 1 items; it has 2.",
            "Kentän parts alkioiden enimmäismäärä on 1; nyt niitä on 2.",
        ),
        (
            {"parts": {"amount": 1}},
            "parts",
            "parts must be a list, not {…}.",
            "Kentän parts on oltava luettelo; nyt se on {…}.",
        ),
        (
            {"tags": []},
            "tags",
            "tags must have at least 1 items; it has 0.",
            "Kentän tags alkioiden vähimmäismäärä on 1; nyt niitä on 0.",
        ),
        (
            {"metadata": [1]},
            "metadata",
            "metadata must be a JSON object, not […].",
            "Kentän metadata on oltava JSON-olio; nyt se on […].",
        ),
        (
            {"path": "x"},
            "path",
            'path must be a JSON object, not "x".',
            'Kentän path on oltava JSON-olio; nyt se on "x".',
        ),
        (
            [1],
            None,
            "The request needs a JSON object as its body.",
            "Pyynnön sisällöksi tarvitaan JSON-olio.",
        ),
    ],
)
def test_each_kind_of_mistake_is_told_plainly(client, body, param, english, finnish):
    found = problem(client, body, "en")
    assert (found.get("param"), found["detail"]) == (param, english)
    assert problem(client, body, "fi")["detail"] == finnish


@pytest.mark.parametrize(
    ("body", "param", "english"),
    [
        (
            {"arguments": "text"},
            "arguments",
            'arguments must be a JSON object or a list, not "text".',
        ),
        (
            {"arguments": [1, 2, 3]},
            "arguments",
            "arguments must have at most 2 items; it has 3.",
        ),
        (
            {"people": {"list[Part]": 7}},
            "people.list[Part]",
            "people.list[Part] must be a JSON object or a list, not 7.",
        ),
        (
            {"people": {"seller": {"amount": 0}}},
            "people.seller.amount",
            "people.seller.amount must be more than 0, not 0.",
        ),
        ({"people": {"seller": {}}}, "people.seller.amount", "people.seller.amount is missing."),
        (
            {"people": {"seller": [{"amount": 1}, {"amount": "1"}]}},
            "people.seller[1].amount",
            'people.seller[1].amount must be a whole number, not "1".',
        ),
        ({"people": {"seller": [{}]}}, "people.seller[0].amount", None),
        ({"paid": {"amount": 101}}, "paid.amount", None),
        ({"paid": "perhaps"}, "paid", None),
        ({"paid": []}, "paid", None),
        ({"metadata": {"a": {}}}, "metadata.a", "metadata.a must be text, not {…}."),
    ],
)
def test_field_of_several_types_is_named_without_them_by_what_is_nearest(
    client, body, param, english
):
    found = problem(client, body, "en")
    assert found["param"] == param
    assert english in (None, found["detail"])
    assert found["detail"].startswith(f"{param} ")
    for inside in ("dict[", "list[any", "Part ", "literal["):
        assert inside not in found["detail"].removeprefix(param)
    assert problem(client, body, "fi")["detail"] not in ("", found["detail"])


def test_value_that_may_be_an_object_or_a_list_is_told_so_in_finnish(client):
    found = problem(client, {"arguments": 5}, "fi")
    assert found["detail"] == "Kentän arguments on oltava JSON-olio tai luettelo; nyt se on 5."


def test_missing_body_is_told_with_what_to_send(client):
    answer = client.post("/", headers={"Accept-Language": "fi"})
    assert answer.json()["detail"] == "Pyynnön sisällöksi tarvitaan JSON-olio."
    assert "Content-Type: application/json" in answer.json()["next_step"]


def test_mistake_in_the_address_names_its_parameter(client):
    found = problem(client, {}, "fi", limit="abc")
    assert found["param"] == "limit"
    assert found["detail"] == 'Kentän limit on oltava kokonaisluku; nyt se on "abc".'


def test_sentence_of_an_own_validator_is_kept_with_its_braces(client):
    assert problem(client, {"even": 3}, "en")["detail"] == "even: an {even} number is expected."


def test_sentences_of_the_schemas_validators_are_translated():
    error = {
        "type": "value_error",
        "loc": ("body", "endpoint"),
        "msg": "Value error, a user name or password must not go into a public register",
        "ctx": {"error": ValueError()},
        "input": "https://a:b@c",
    }
    found = validation.invalid_input([error], {"endpoint": "https://a:b@c"})
    assert "julkinen" in found.detail("fi")
    assert found.param == "endpoint"


def test_kind_of_mistake_that_is_not_known_here_is_told_in_the_librarys_words():
    error = {"type": "some_new_type", "loc": ("body", "a"), "msg": "Be {good}", "input": None}
    found = validation.invalid_input([error], {"a": None})
    assert found.detail() == "a is not valid: Be {good}."
    assert found.detail("fi") == "Kenttä a ei kelpaa: Be {good}."


@pytest.mark.parametrize("value", ["\ud800", "a\0b", "x" * 1000, 10**400, float("nan"), b"\xff"])
def test_refused_value_is_repeated_in_a_form_that_every_reader_takes(value):
    name = "é\ud800\0"
    error = {"type": "bool_type", "loc": ("body", name), "msg": "m", "input": value}
    found = validation.invalid_input([error], {name: value})
    assert isinstance(found, InvalidInput)
    assert "\0" not in found.detail() + str(found.param)
    assert len(found.detail().encode()) < 300
    json.dumps(found.detail(), ensure_ascii=False).encode()


def test_every_sentence_can_be_filled_from_what_the_library_gives():
    """The placeholders are members of pydantic's context, or ours."""
    import sentence_support as support

    ours = {"param", "given"}
    context = {"gt", "ge", "lt", "le", "min_length", "max_length", "actual_length", "pattern"}
    for sentence in validation.SENTENCES.values():
        used = {name for name, _, _ in support.placeholders(sentence)}
        assert used <= ours | context | {"expected"}
