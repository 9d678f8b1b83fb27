"""ABIs by the code that they belong to: what has been compiled or deployed here is known again.

So an address needs no ABI if its code is the same as that of a contract compiled here: what a
factory has created, or a script has deployed. What is on the chain is public, and so is its ABI.
"""

from collections.abc import Iterable

from sqlmodel import Session

from pocplatform.chain.build_artifacts import BuildArtifact
from pocplatform.chain.runtime_code import fingerprint, places, unlinked
from pocplatform.domains.contracts import repository
from pocplatform.domains.contracts.models import KnownCode
from pocplatform.kit.clock import now_ms


def note_compiled(session: Session, artifacts: Iterable[BuildArtifact]) -> None:
    """Remember the ABIs of what was compiled here."""
    for artifact in artifacts:
        if artifact.runtime:
            found = _known(artifact, compiled=True)
            known = session.get(KnownCode, found.fingerprint)
            if known is None or not known.compiled:
                session.merge(found)


def note_artifact(session: Session, artifact: BuildArtifact) -> None:
    """Remember the ABI of an artifact, unless that of its code is known.

    Only of code that is the same wherever it is deployed: what differs would be the artifact's word
    alone, which could make it fit the code of others.
    """
    if artifact.runtime and not places(artifact.runtime, {}):
        found = _known(artifact, compiled=False)
        if session.get(KnownCode, found.fingerprint) is None:
            session.add(found)


def find(session: Session, code: bytes) -> KnownCode | None:
    """What is known of runtime code as it stands on the chain."""
    for known in repository.codes_of_length(session, len(code)):
        if fingerprint(code, known.differing) == known.fingerprint:
            return known
    return None


def _known(artifact: BuildArtifact, *, compiled: bool) -> KnownCode:
    code = unlinked(artifact.runtime)
    return KnownCode(
        fingerprint=fingerprint(code, artifact.differing),
        length=len(code),
        differing=[list(place) for place in artifact.differing],
        name=artifact.name,
        abi=artifact.abi,
        compiled=compiled,
        created_ms=now_ms(),
    )
