"""Errors of credential types.

PlatformError
├── InvalidInput
│   └── SchemaInvalid            422  a JSON Schema that cannot be taken
└── Conflict
    └── CredentialTypeTaken      409  a name that stands for another type already
"""

from pocplatform.kit.errors import Conflict, InvalidInput


class SchemaInvalid(InvalidInput):
    """A JSON Schema that is malformed, too large, too deep, or refers to somewhere else."""

    code = "schema_invalid"
    title = "The JSON Schema cannot be taken"


class CredentialTypeTaken(Conflict):
    """A name of a credential type that is in use."""

    code = "credential_type_taken"
    title = "The name of the credential type is taken"
