"""An issuer that is trusted, what it issued, and how that is verified.

``issuer``, ``subject`` and ``issued`` are shared by the tests of a module, which only look at them.
A test that changes something takes ``fresh``, or an issuer of its own from ``new_issuer``.
"""

from uuid import uuid4

import pytest

from tests.api.credentials.jwts import CHECKS


@pytest.fixture(scope="module")
def credential_type():
    return "Type" + uuid4().hex[:12]


@pytest.fixture(scope="module")
def new_issuer(join, admin, credential_type):
    """Signs up somebody with a registered identity, who is trusted for ``credential_type``."""

    def make():
        member = join("Myöntäjä Oy")
        assert member.api.write("/v1/identities").status_code == 200
        body = {"issuer": member.did, "credential_type": credential_type}
        answer = admin.write("/v1/trusted_issuers", body)
        assert answer.status_code == 200, answer.text
        return member

    return make


@pytest.fixture(scope="module")
def issuer(new_issuer):
    return new_issuer()


@pytest.fixture(scope="module")
def subject(join):
    return join("Kohde Oy")


@pytest.fixture(scope="module")
def issue(issuer, subject, credential_type):
    """Asks for a credential; what is not said is taken from the module's."""

    def send(*, by=issuer, **fields):
        body = {
            "type": credential_type,
            "subject": subject.did,
            "claims": {"name": "Kohde Oy (testi)", "level": 3},
        }
        return by.api.write("/v1/credentials", body | fields)

    return send


@pytest.fixture(scope="module")
def issued(issue):
    return done(issue())


@pytest.fixture
def fresh(issue):
    """A credential that no other test sees."""
    return done(issue())


def done(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def verify(anonymous):
    def send(jwt, **headers):
        answer = anonymous.post("/v1/credentials/verify", json={"credential": jwt}, headers=headers)
        assert answer.status_code == 200, answer.text
        result = answer.json()
        assert [c["check"] for c in result["checks"]] == CHECKS
        assert result["valid"] is all(c["ok"] for c in result["checks"])
        return result

    return send
