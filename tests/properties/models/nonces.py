"""Signed actions: deadlines, and nonces that serve once."""

from __future__ import annotations

from tests.properties.support.machines import Model, refuse_if


class NoncesModel(Model):
    """Nonces need not be used in their order."""

    def __init__(self) -> None:
        self.used: set[tuple[str, int]] = set()

    def use(self, signer: str, nonce: int) -> None:
        refuse_if((signer, nonce) in self.used, "SignedActionUsed")
        self.used.add((signer, nonce))


def check_signature(signed: bool, deadline: int, time: int) -> None:
    """What every signature with a deadline has to pass."""
    refuse_if(time > deadline, "SignedActionExpired")
    refuse_if(not signed, "SignedActionInvalid")
