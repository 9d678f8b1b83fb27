"""What OpenZeppelin's AccessControl does. A test class inherits it and gives ``guarded``:

a contract whose administrator is the admin, and one of its roles, which nobody else has.
"""

from __future__ import annotations

from typing import Any

from evm_support.expect import assert_events, refusal

ADMINISTRATOR = bytes(32)


class AccessControlBehaviour:
    def test_administrator_grants_and_revokes(
        self, guarded: tuple[Any, bytes], admin: Any, bob: Any
    ) -> None:
        contract, role = guarded
        change = {"role": role, "account": bob, "sender": admin}
        receipt = contract.grantRole(role, bob, sender=admin)
        assert_events(receipt, contract, ("RoleGranted", change))
        assert contract.hasRole(role, bob)
        receipt = contract.revokeRole(role, bob, sender=admin)
        assert_events(receipt, contract, ("RoleRevoked", change))
        assert not contract.hasRole(role, bob)

    def test_nobody_else_grants_or_revokes(
        self, guarded: tuple[Any, bytes], admin: Any, mallory: Any
    ) -> None:
        contract, role = guarded
        for verb, account in (("grantRole", mallory), ("revokeRole", admin)):
            with refusal("AccessControlUnauthorizedAccount", mallory, ADMINISTRATOR):
                getattr(contract, verb)(role, account, sender=mallory)

    def test_role_is_laid_down_by_its_holder_only(
        self, guarded: tuple[Any, bytes], admin: Any, bob: Any, mallory: Any
    ) -> None:
        contract, role = guarded
        contract.grantRole(role, bob, sender=admin)
        for other in (mallory, admin):
            with refusal("AccessControlBadConfirmation"):
                contract.renounceRole(role, bob, sender=other)
        receipt = contract.renounceRole(role, bob, sender=bob)
        laid_down = {"role": role, "account": bob, "sender": bob}
        assert_events(receipt, contract, ("RoleRevoked", laid_down))
