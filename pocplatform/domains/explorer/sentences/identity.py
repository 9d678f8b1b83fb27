"""Identities, trusted issuers and credentials."""

from pocplatform.domains.explorer.sentences.said import Said, Table, entries, if_set

_OWNER_CHANGED = (
    Said(
        "{identity} is controlled by {X} from now on.",
        "Identiteettiä {identity} hallitsee nyt {X}.",
    ),
    Said("The identity {identity} was given up for ever.",
         "Identiteetti {identity} poistettiin käytöstä pysyvästi."),
)  # fmt: skip


def _with(argument: str) -> tuple[Said, Said]:
    """The sentences of a change of control, of whoever an argument names."""
    changed, given_up = _OWNER_CHANGED
    named = (text.replace("{X}", f"{{{argument}}}") for text in changed)
    return Said(*named), given_up


_CONTROL = if_set("newOwner", *_with("newOwner"))
_DELEGATE = Said(
    "{delegate} may sign for {identity} for {validity:days}.",
    "{delegate} sai oikeuden allekirjoittaa identiteetin {identity} puolesta. Voimassa "
    "{validity:days}.",
)
_NO_DELEGATE = Said(
    "{delegate} may no longer sign for {identity}.",
    "{delegate} ei enää allekirjoita identiteetin {identity} puolesta.",
)
_ATTRIBUTE = Said(
    "{identity} added an entry to its public identity.",
    "{identity} lisäsi tiedon julkiseen identiteettiinsä.",
)
_NO_ATTRIBUTE = Said(
    "{identity} took an entry out of its public identity.",
    "{identity} poisti tiedon julkisesta identiteetistään.",
)

SENTENCES: Table = {
    **entries("DidRegistry", {
        "changeOwner changeOwnerSigned changeOwnerWithSignature": _CONTROL,
        "addDelegate addDelegateSigned addDelegateWithSignature": _DELEGATE,
        "revokeDelegate revokeDelegateSigned revokeDelegateWithSignature": _NO_DELEGATE,
        "setAttribute setAttributeSigned setAttributeWithSignature": _ATTRIBUTE,
        "revokeAttribute revokeAttributeSigned revokeAttributeWithSignature": _NO_ATTRIBUTE,
        "DIDOwnerChanged": if_set("owner", *_with("owner")),
        "DIDDelegateChanged": Said(
            "The right of {delegate} to sign for {identity} was changed.",
            "Oikeus allekirjoittaa identiteetin {identity} puolesta muuttui. Valtuutettu: "
            "{delegate}.",
        ),
        "DIDAttributeChanged": Said(
            "An entry of the public identity {identity} was changed.",
            "Julkisen identiteetin {identity} tieto muuttui.",
        ),
    }),
    **entries("TrustedIssuers", {
        "accredit IssuerAccredited": Said(
            "{issuer} may issue credentials: {credentialType:credential_type}.",
            "{issuer} saa myöntää todistuksia: {credentialType:credential_type}.",
        ),
        "renew IssuerRenewed": Said(
            "{issuer} may go on issuing credentials: {credentialType:credential_type}.",
            "{issuer} saa edelleen myöntää todistuksia: {credentialType:credential_type}.",
        ),
        "withdraw IssuerWithdrawn": Said(
            "{issuer} may no longer issue credentials: {credentialType:credential_type}.",
            "{issuer} ei saa enää myöntää todistuksia: {credentialType:credential_type}.",
        ),
    }),
    **entries("CredentialStatus", {
        "anchor": Said(
            "{sender} recorded a credential of {subject}: {credentialType:credential_type}.",
            "{sender} kirjasi lohkoketjuun todistuksen, jonka kohde on {subject}: "
            "{credentialType:credential_type}.",
        ),
        "anchorBatch": Said(
            "{sender} recorded {digests:count} credentials: {credentialType:credential_type}.",
            "{sender} kirjasi lohkoketjuun todistuksia: {credentialType:credential_type}, "
            "{digests:count} kpl.",
        ),
        "CredentialsAnchored": Said(
            "Credentials were recorded by {issuer}: {credentialType:credential_type}, for "
            "{subjects:names}.",
            "Lohkoketjuun kirjattiin todistuksia: {credentialType:credential_type}. Myöntäjä "
            "{issuer}, kohteena {subjects:names}.",
        ),
        "revoke": Said(
            "{sender} revoked a credential for good: {credentialType:credential_type}.",
            "{sender} peruutti todistuksen pysyvästi: {credentialType:credential_type}.",
        ),
        "CredentialRevoked": Said(
            "A credential by {issuer} was revoked for good: {credentialType:credential_type}.",
            "Todistus peruutettiin pysyvästi: {credentialType:credential_type}. Myöntäjä {issuer}.",
        ),
        "suspend": Said(
            "{sender} suspended a credential: {credentialType:credential_type}.",
            "{sender} keskeytti todistuksen voimassaolon: {credentialType:credential_type}.",
        ),
        "CredentialSuspended": Said(
            "A credential by {issuer} was suspended: {credentialType:credential_type}.",
            "Todistuksen voimassaolo keskeytettiin: {credentialType:credential_type}. Myöntäjä "
            "{issuer}.",
        ),
        "resume": Said(
            "{sender} put a credential into force again: {credentialType:credential_type}.",
            "{sender} palautti todistuksen voimaan: {credentialType:credential_type}.",
        ),
        "CredentialResumed": Said(
            "A credential by {issuer} is in force again: {credentialType:credential_type}.",
            "Todistus on taas voimassa: {credentialType:credential_type}. Myöntäjä {issuer}.",
        ),
    }),
}  # fmt: skip
"""By contract and name of the function or event."""
