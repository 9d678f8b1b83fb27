"""The test euro: whose it is, who may move it, and how much of it there is."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

from tests.properties.support.chain import ZERO
from tests.properties.support.machines import WHOLE, Model, Refusal, refuse_if

MINTER, PAUSER, ADMIN = "MINTER_ROLE", "PAUSER_ROLE", "DEFAULT_ADMIN_ROLE"


class EuroModel(Model):
    """PilotEuro; amounts in millionths, times in seconds."""

    def __init__(self, admin: str, faucet_limit: int, faucet_period: int) -> None:
        self.faucet_limit, self.faucet_period = faucet_limit, faucet_period
        self.balances: Counter[str] = Counter()
        self.supply = 0
        self.allowances: Counter[tuple[str, str]] = Counter()
        self.paused = False
        self.roles = {(MINTER, admin), (PAUSER, admin), (ADMIN, admin)}
        self.drips: dict[str, tuple[int, int]] = {}
        self.used: set[tuple[str, bytes]] = set()
        self.permits: Counter[str] = Counter()

    def check(self) -> None:
        """Nothing is lost and nothing comes from nowhere."""
        assert sum(self.balances.values()) == self.supply
        assert min(self.balances.values(), default=0) >= 0

    # Supply

    def mint(self, sender: str, to: str, amount: int) -> None:
        self._only(MINTER, sender)
        self._create(to, amount)

    def drip(self, to: str, amount: int, time: int) -> None:
        refuse_if(amount == 0, "PilotEuroZeroAmount")
        available = self.faucet_available(to, time)
        refuse_if(amount > available, "PilotEuroFaucetLimit")
        self.drips[to] = time // self.faucet_period, self.faucet_limit - available + amount
        self._create(to, amount)

    def faucet_available(self, account: str, time: int) -> int:
        period, had = self.drips.get(account, (0, 0))
        return self.faucet_limit - (had if period == time // self.faucet_period else 0)

    def redeem(self, sender: str, amount: int) -> None:
        refuse_if(amount == 0, "PilotEuroZeroAmount")
        self._leave(sender, amount)
        self.supply -= amount

    # Movements

    def transfer(self, sender: str, to: str, amount: int) -> None:
        refuse_if(to == ZERO, "ERC20InvalidReceiver")
        self._leave(sender, amount)
        self.balances[to] += amount

    def approve(self, sender: str, spender: str, amount: int) -> None:
        refuse_if(spender == ZERO, "ERC20InvalidSpender")
        self.allowances[sender, spender] = amount

    def transfer_from(self, sender: str, owner: str, to: str, amount: int) -> None:
        allowance = self.allowances[owner, sender]
        if allowance < WHOLE:
            refuse_if(allowance < amount, "ERC20InsufficientAllowance")
            self.allowances[owner, sender] -= amount
        self.transfer(owner, to, amount)

    def try_transfer_from(self, sender: str, owner: str, to: str, amount: int) -> bool:
        """What a contract does that gives others what the token refuses: whether it was done."""
        saved = self.saved()
        try:
            self.transfer_from(sender, owner, to, amount)
        except Refusal:
            self.put_back(saved)
            return False
        return True

    def pays_out(self, sender: str, to: str, amount: int) -> bool:
        """What a contract does that holds what the token refuses: whether it was paid."""
        if self.paused or to == ZERO or self.balances[sender] < amount:
            return False
        self.transfer(sender, to, amount)
        return True

    # Signatures

    def permit(
        self, owner: str, spender: str, amount: int, deadline: int, flaw: str, time: int
    ) -> None:
        """``flaw`` is the error for the signature's fault, or nothing."""
        refuse_if(time > deadline, "ERC2612ExpiredSignature")
        refuse_if(flaw, flaw)
        self.permits[owner] += 1
        self.approve(owner, spender, amount)

    def try_permit(
        self, owner: str, spender: str, amount: int, deadline: int, flaw: str, time: int
    ) -> None:
        """What contracts do with a permit: where it fails, the allowance may be there already."""
        with suppress(Refusal):
            self.permit(owner, spender, amount, deadline, flaw, time)

    def authorized(
        self, owner: str, to: str, amount: int, after: int, before: int, nonce: bytes, time: int
    ) -> None:
        """A transfer by EIP-3009, its signature being right."""
        refuse_if(not after < time < before, "ERC3009InvalidAuthorizationTime")
        self.use(owner, nonce)
        self.transfer(owner, to, amount)

    def use(self, owner: str, nonce: bytes) -> None:
        """Use or cancel an authorization; once and never again."""
        refuse_if((owner, nonce) in self.used, "ERC3009UsedAuthorization")
        self.used.add((owner, nonce))

    # Roles

    def pause(self, sender: str) -> None:
        self._only(PAUSER, sender)
        refuse_if(self.paused, "EnforcedPause")
        self.paused = True

    def unpause(self, sender: str) -> None:
        self._only(PAUSER, sender)
        refuse_if(not self.paused, "ExpectedPause")
        self.paused = False

    def grant(self, sender: str, role: str, account: str) -> None:
        self._only(ADMIN, sender)
        self.roles.add((role, account))

    def revoke(self, sender: str, role: str, account: str) -> None:
        self._only(ADMIN, sender)
        self.roles.discard((role, account))

    def renounce(self, sender: str, role: str, account: str) -> None:
        refuse_if(sender != account, "AccessControlBadConfirmation")
        self.roles.discard((role, account))

    def _only(self, role: str, account: str) -> None:
        refuse_if((role, account) not in self.roles, "AccessControlUnauthorizedAccount")

    def _create(self, to: str, amount: int) -> None:
        refuse_if(to == ZERO, "ERC20InvalidReceiver")
        refuse_if(self.paused, "EnforcedPause")
        refuse_if(self.supply + amount > WHOLE, "Panic")
        self.supply += amount
        self.balances[to] += amount

    def _leave(self, owner: str, amount: int) -> None:
        refuse_if(self.paused, "EnforcedPause")
        refuse_if(self.balances[owner] < amount, "ERC20InsufficientBalance")
        self.balances[owner] -= amount
