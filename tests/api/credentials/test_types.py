"""Credential types: who lays them down, what schemas are taken, and claims held against them."""

from uuid import uuid4

import pytest

DISPLAY = {"fi": {"name": "Lippu"}, "en": {"name": "Ticket", "description": "For one day"}}
SCHEMA = {
    "type": "object",
    "required": ["event", "seat"],
    "properties": {
        "event": {"type": "string", "maxLength": 20},
        "seat": {"type": "integer", "minimum": 1},
        "class": {"enum": ["A", "B"]},
        "code": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]+$"},
        "day": {"type": "string", "format": "date"},
        "address": {"$ref": "#/$defs/address"},
    },
    "additionalProperties": False,
    "$defs": {
        "address": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        }
    },
}


def new_name():
    return "Ticket" + uuid4().hex[:12]


@pytest.fixture(scope="module")
def owner(join):
    return join("Tapahtuma Oy")


@pytest.fixture(scope="module")
def create(owner):
    def send(**fields):
        body = {"name": new_name(), "display": DISPLAY, "claims_schema": SCHEMA}
        return owner.api.write("/v1/credential_types", body | fields)

    return send


@pytest.fixture(scope="module")
def made(create):
    answer = create()
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_type_is_public_and_found_by_name_and_id(made, owner, anonymous):
    assert made["owner"] == owner.did
    assert made["built_in"] is False
    assert made["display"]["fi"]["name"] == "Lippu"
    for key in (made["id"], made["name"]):
        assert anonymous.get(f"/v1/credential_types/{key}").json() == made


def test_type_metadata_is_at_its_vct(made, anonymous):
    answer = anonymous.get(made["vct"])
    assert answer.headers["cache-control"] == "public, max-age=3600"
    metadata = answer.json()
    assert metadata["vct"] == made["vct"]
    assert {(d["locale"], d["name"]) for d in metadata["display"]} == {
        ("fi-FI", "Lippu"),
        ("en", "Ticket"),
    }
    mandatory = {c["path"][0]: c["mandatory"] for c in metadata["claims"]}
    assert mandatory["seat"] is True
    assert mandatory["code"] is False


@pytest.mark.parametrize("name", ["BusinessIdCredential", "RepresentativeMandate"])
def test_sandbox_brings_types_along_with_names_in_both_languages(anonymous, name):
    found = anonymous.get(f"/v1/credential_types/{name}").json()
    assert found["built_in"] is True
    assert found["owner"] is None
    assert found["display"]["fi"]["name"] != found["display"]["en"]["name"]
    listed = anonymous.get("/v1/credential_types", params={"built_in": True}).json()["data"]
    assert name in {one["name"] for one in listed}
    assert all(one["built_in"] for one in listed)


def test_list_can_be_narrowed_to_one_owner(made, owner, join, anonymous):
    own = anonymous.get("/v1/credential_types", params={"owner": owner.id}).json()["data"]
    assert made["id"] in {one["id"] for one in own}
    nobody = anonymous.get("/v1/credential_types", params={"owner": join().did}).json()["data"]
    assert nobody == []
    wrong = anonymous.get("/v1/credential_types", params={"owner": "Matti"})
    assert (wrong.status_code, wrong.json()["param"]) == (422, "owner")


def test_name_is_taken_once(create, made):
    for name in (made["name"], "BusinessIdCredential"):
        answer = create(name=name)
        assert answer.status_code == 409
        assert answer.json()["code"] == "credential_type_taken"
        assert answer.json()["next_step"]


def test_unknown_type_is_not_found(anonymous):
    for path in ("/v1/credential_types/Nothing", "/vct/Nothing"):
        assert anonymous.get(path).status_code == 404


def test_laying_down_a_type_needs_a_key(anonymous):
    assert anonymous.write("/v1/credential_types", {"name": "Abc"}).status_code == 401


def nested(levels):
    schema = {"type": "string"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


@pytest.mark.parametrize(
    ("schema", "param"),
    [
        ({}, "claims_schema.type"),
        ({"type": "array"}, "claims_schema.type"),
        ({"type": "object", "$schema": "http://json-schema.org/draft-07/schema#"}, "$schema"),
        ({"type": "object", "properties": {"a": {"type": "text"}}}, "claims_schema.properties.a"),
        ({"type": "object", "properties": {"a": {"minLength": -1}}}, "claims_schema.properties.a"),
        ({"type": "object", "description": "x" * 17_000}, "claims_schema"),
        (nested(10), "claims_schema"),
        ({"type": "object", "properties": {"a": {"$ref": "https://evil.example/s"}}}, "a.$ref"),
        ({"type": "object", "properties": {"a": {"$ref": "#"}}}, "a.$ref"),
        ({"type": "object", "allOf": [{"$ref": "file:///etc/passwd"}]}, "allOf[0].$ref"),
        ({"type": "object", "$id": "https://evil.example/"}, "claims_schema.$id"),
        ({"type": "object", "$dynamicRef": "#x"}, "claims_schema.$dynamicRef"),
        (
            {"type": "object", "$defs": {"a": {"$ref": "#/$defs/a"}}, "allOf": []},
            "claims_schema.$defs.a.$ref",
        ),
        ({"type": "object", "patternProperties": {"^a$": {}}}, "claims_schema.patternProperties"),
        ({"type": "object", "properties": {"a": {"pattern": "^(a+)+$"}}}, "a.pattern"),
        ({"type": "object", "properties": {"a": {"pattern": "^a*a*a*b$"}}}, "a.pattern"),
        ({"type": "object", "properties": {"a": {"pattern": "a"}}}, "a.pattern"),
        ({"type": "object", "properties": {"a": {"pattern": "^" + "a" * 300 + "$"}}}, "a.pattern"),
    ],
)
def test_schema_that_could_fetch_loop_or_is_malformed_is_refused(create, schema, param):
    answer = create(claims_schema=schema)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "schema_invalid"
    assert answer.json()["param"].startswith("claims_schema")
    assert param in answer.json()["param"]


def test_property_may_be_called_like_a_keyword(create):
    schema = {"type": "object", "properties": {"$ref": {"type": "string"}, "pattern": {}}}
    assert create(claims_schema=schema).status_code == 201


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"name": "lower"}, "name"),
        ({"name": None}, "name"),
        ({"display": {"en": {"name": "Only English"}}}, "display.fi"),
        ({"display": {"fi": {"name": ""}, "en": {"name": "x"}}}, "display.fi.name"),
        ({"claims_schema": []}, "claims_schema"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_malformed_type_is_refused_by_field(create, fields, param):
    answer = create(**fields)
    assert answer.status_code == 422, answer.text
    assert (answer.json()["code"], answer.json()["param"]) == ("invalid_input", param)


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"seat": None}, "claims.seat"),
        ({"seat": 0}, "claims.seat"),
        ({"seat": "1"}, "claims.seat"),
        ({"event": "x" * 21}, "claims.event"),
        ({"class": "C"}, "claims.class"),
        ({"code": "FI-"}, "claims.code"),
        ({"day": "2026-13-01"}, "claims.day"),
        ({"address": {}}, "claims.address.city"),
        ({"guest": "x"}, "claims.guest"),
        ({"event": ...}, "claims.event"),
    ],
)
@pytest.mark.parametrize("format_", ["jwt_vc", "dc+sd-jwt"])
def test_claims_that_do_not_fit_the_type_are_refused_by_name(
    issuer, subject, made, change, param, format_
):
    claims = {"event": "Rakennusmessut", "seat": 7} | change
    claims = {name: value for name, value in claims.items() if value is not ...}
    body = {"type": made["name"], "subject": subject.did, "claims": claims, "format": format_}
    answer = issuer.api.write("/v1/credentials", body, **{"Accept-Language": "fi"})
    assert answer.status_code == 422, answer.text
    assert (answer.json()["code"], answer.json()["param"]) == ("claims_invalid", param)
    assert made["name"] in answer.json()["detail"]
    assert "ei sovi" in answer.json()["detail"]


def test_claims_that_fit_the_type_are_issued(issuer, subject, made):
    claims = {"event": "Messut", "seat": 7, "code": "FI-42", "day": "2026-11-22"}
    body = {"type": made["name"], "subject": subject.did, "claims": claims}
    assert issuer.api.write("/v1/credentials", body).status_code == 200


def test_number_that_cannot_be_calculated_with_is_refused(create, issuer, subject):
    schema = {"type": "object", "properties": {"n": {"type": "number", "multipleOf": 0.1}}}
    name = create(claims_schema=schema).json()["name"]
    body = {"type": name, "subject": subject.did, "claims": {"n": 10**400}}
    answer = issuer.api.write("/v1/credentials", body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "claims_invalid"
