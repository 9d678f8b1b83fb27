"""Renting parcels, and what becomes of the deposit."""

import secrets

from pocplatform.domains.agreements.terms import salted_hash
from pocplatform.domains.parcels import repository
from pocplatform.domains.parcels.errors import RentalTermsInvalid
from pocplatform.domains.parcels.models import Parcel, ParcelNote, ParcelState
from pocplatform.domains.parcels.schemas import RentalTermsUpdate, RentCreate
from pocplatform.domains.transactions.acting import Acting, Done
from pocplatform.kit.clock import now_ms, now_s
from pocplatform.kit.money import to_units

_CONTRACT = "Parcels"
_NOBODY = "0x" + "0" * 40
_DAY_S = 86_400


class Renting(Acting):
    """What owners, users and arbiters do."""

    def offer(self, parcel: Parcel, terms: RentalTermsUpdate) -> Done:
        """Offer a parcel for rent, as its owner. Raises :class:`RentalTermsInvalid`."""
        if not (terms.price_per_day or terms.deposit):
            raise RentalTermsInvalid(
                "A parcel that costs nothing and asks no deposit is not to let.",
                next_step="Ask a price or a deposit; POST /v1/parcels/{id}/rental_terms/withdraw "
                "takes the offer back.",
                param="price_per_day",
                id=parcel.id,
            )
        if terms.arbiter is None:
            arbiter = self._signers.operator.address
        else:
            arbiter = self._resolve(terms.arbiter, "arbiter")
        units = to_units(terms.price_per_day), to_units(terms.deposit)
        return self._do(parcel, "setRentalTerms", terms=(arbiter, *units))

    def withdraw(self, parcel: Parcel) -> Done:
        """Offer a parcel for rent no more, as its owner. A rental goes on."""
        return self._do(parcel, "setRentalTerms", terms=(_NOBODY, 0, 0))

    def rent(self, parcel: Parcel, request: RentCreate) -> Done:
        """Rent a parcel: the price goes to its owner, the deposit is held.

        Raises :class:`ContractReverted`, also if the caller cannot pay.
        """
        state = repository.state(self._session, parcel.token_id) or ParcelState(
            token_id=parcel.token_id, owner=_NOBODY
        )
        price = _agreed(request.price_per_day, state.price_per_day)
        deposit = _agreed(request.deposit, state.deposit)
        allowed = []
        if (price, deposit) == (state.price_per_day, state.deposit) and self._is_free(state):
            due = price * request.days + deposit
            allowed = self._let_spend(parcel.id, _CONTRACT, due, state.owner)
        rented = self._send(
            parcel.id,
            _CONTRACT,
            "rent",
            tokenId=int(parcel.token_id),
            length=request.days,
            terms=(state.arbiter or _NOBODY, price, deposit),
        )
        return Done(parcel.id, (*allowed, rented))

    def lend(self, parcel: Parcel, to: str, days: int) -> Done:
        """Let somebody use a parcel without rent or deposit, as its owner (ERC-4907)."""
        expires = now_s() + days * _DAY_S
        return self._do(parcel, "setUser", user=self._resolve(to, "to"), expires=expires)

    def give_up(self, parcel: Parcel) -> Done:
        """End the caller's use of a parcel before its time."""
        return self._do(parcel, "giveUp")

    def release(self, parcel: Parcel) -> Done:
        """Pay the whole deposit back: the owner at any time, others when it was not claimed."""
        return self._do(parcel, "releaseDeposit")

    def claim(self, parcel: Parcel, cents: int, reason: str) -> Done:
        """Claim a part of the deposit, as the owner, in the three days after the rental."""
        hash_ = self._note(parcel, "reason", reason)
        return self._do(parcel, "claimDeposit", amount=to_units(cents), reasonHash=hash_)

    def accept_claim(self, parcel: Parcel) -> Done:
        """Agree to the owner's claim, as the user."""
        return self._do(parcel, "acceptClaim")

    def decide(self, parcel: Parcel, owner_cents: int, ruling: str) -> Done:
        """Decide the owner's claim, as the arbiter."""
        hash_ = self._note(parcel, "ruling", ruling)
        units = to_units(owner_cents)
        return self._do(parcel, "decideClaim", ownerAmount=units, rulingHash=hash_)

    def _do(self, parcel: Parcel, function: str, **arguments: object) -> Done:
        number = int(parcel.token_id)
        return Done(
            parcel.id, (self._send(parcel.id, _CONTRACT, function, tokenId=number, **arguments),)
        )

    def _is_free(self, state: ParcelState) -> bool:
        """Whether the contract would come as far as taking money."""
        offered = bool(state.price_per_day or state.deposit)
        free = state.user_expires < now_s() and not state.held
        return offered and free and self._me != state.arbiter

    def _note(self, parcel: Parcel, kind: str, text: str) -> bytes:
        salt = secrets.token_hex(32)
        hash_ = salted_hash(salt, text)
        self._session.add(
            ParcelNote(
                token_id=parcel.token_id,
                kind=kind,
                text=text,
                salt=salt,
                hash=hash_,
                author=self._me,
                created_ms=now_ms(),
            )
        )
        return bytes.fromhex(hash_[2:])


def _agreed(cents: int | None, present_units: int) -> int:
    return present_units if cents is None else to_units(cents)
