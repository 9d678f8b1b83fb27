"""What wallets read about this sandbox as an issuer before anything else."""

from typing import Any

from sqlmodel import Session

from pocplatform.domains.credential_types import service as credential_types
from pocplatform.domains.credential_types.models import TypeDefinition
from pocplatform.domains.credentials.jwt import ALGORITHM
from pocplatform.domains.credentials.proof_keys import ALGORITHMS
from pocplatform.domains.openid4vci.schemas import PRE_AUTHORIZED

TOKEN_PATH = "/openid4vci/token"
NONCE_PATH = "/openid4vci/nonce"
CREDENTIAL_PATH = "/openid4vci/credential"


def of_issuer(session: Session, base_url: str) -> dict[str, Any]:
    """Credential issuer metadata (OpenID4VCI 1.0, section 12.2.4)."""
    types = session.exec(credential_types.entries(None, None))
    return {
        "credential_issuer": base_url,
        "credential_endpoint": base_url + CREDENTIAL_PATH,
        "nonce_endpoint": base_url + NONCE_PATH,
        "display": [
            {"name": "pocplatform, test data only", "locale": "en"},
            {"name": "pocplatform, vain testitietoa", "locale": "fi"},
        ],
        "credential_configurations_supported": {
            definition.name: _configuration(definition, base_url) for definition in types
        },
    }


def of_authorization_server(base_url: str) -> dict[str, Any]:
    """Authorization server metadata (RFC 8414; OpenID4VCI 1.0, section 12.3)."""
    return {
        "issuer": base_url,
        "token_endpoint": base_url + TOKEN_PATH,
        "response_types_supported": [],
        "grant_types_supported": [PRE_AUTHORIZED],
        "token_endpoint_auth_methods_supported": ["none"],
        "pre-authorized_grant_anonymous_access_supported": True,
    }


def _configuration(definition: TypeDefinition, base_url: str) -> dict[str, Any]:
    display = [
        {
            "name": definition.display[language]["name"],
            "locale": language,
            "description": definition.display[language]["description"],
        }
        for language in ("en", "fi")
    ]
    required = definition.claims_schema.get("required", ())
    claims = [
        {"path": [name], "mandatory": name in required}
        for name in definition.claims_schema.get("properties", {})
    ]
    described: dict[str, Any] = {"display": display}
    if claims:
        described["claims"] = claims
    return {
        "format": "dc+sd-jwt",
        "vct": credential_types.vct_of(base_url, definition.name),
        "cryptographic_binding_methods_supported": ["jwk"],
        "credential_signing_alg_values_supported": [ALGORITHM],
        "proof_types_supported": {
            "jwt": {"proof_signing_alg_values_supported": sorted(ALGORITHMS.values())}
        },
        "credential_metadata": described,
    }
