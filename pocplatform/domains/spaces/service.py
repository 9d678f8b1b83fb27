"""Creating and keeping spaces."""

import secrets

from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.chain.codec import keccak256
from pocplatform.domains.assets import descriptions
from pocplatform.domains.assets import service as assets
from pocplatform.domains.credential_types.service import type_hash
from pocplatform.domains.credentials import repository as credentials
from pocplatform.domains.spaces import repository
from pocplatform.domains.spaces.errors import EntryRuleInvalid
from pocplatform.domains.spaces.models import RULES, Space, SpaceLink, SpaceState
from pocplatform.domains.spaces.schemas import EntryCreate, EntryRead, LinkRead, SpaceRead
from pocplatform.domains.transactions import service as transactions
from pocplatform.domains.transactions.acting import Acting, Done, noted
from pocplatform.kit.clock import iso, iso_s, now_ms
from pocplatform.kit.did import did_of
from pocplatform.kit.errors import InvalidInput, NotFound
from pocplatform.kit.ids import new_id
from pocplatform.outbox.service import Write

_CONTRACT = "Spaces"
_ZERO = "0x" + "0" * 40


class Spaces(Acting):
    """What an owner does with spaces."""

    def create(
        self, *, name: str, description: str, provider: str | None, entry: EntryCreate | None
    ) -> Done:
        """Create a space that the caller owns, and set who may enter it.

        Raises :class:`EntryRuleInvalid`, and :class:`ContractReverted` if the caller does not
        control the provider's identity.
        """
        salt, commitment = secrets.token_bytes(32), descriptions.commit(
            name=name, description=description
        )  # fmt: skip
        # As the contract derives it: the first 128 bits of keccak256(abi.encode(creator, salt)).
        creator = bytes.fromhex(self._me[2:]).rjust(32, b"\0")
        number = "0x" + keccak256(creator + salt)[:16].hex()
        space = Space(
            id=new_id("spc"),
            org_id=self._org_id,
            number=number,
            creator=self._me,
            name=name,
            description=description,
            salt=commitment.salt,
            description_hash=commitment.hash,
            transaction_id="",
            created_ms=now_ms(),
        )
        writes = [
            self._send(
                space.id, _CONTRACT, "createSpace", salt=salt,
                provider=self._resolve(provider, "provider"), descriptionHash=commitment.digest,
            )
        ]  # fmt: skip
        space.transaction_id = writes[0].id
        if entry is not None and entry != EntryCreate():
            writes.append(self._set_entry(space, entry, "entry."))
        self._session.add(space)
        self._session.flush()
        return Done(space.id, tuple(writes))

    def set_entry(self, space: Space, entry: EntryCreate) -> Done:
        """Change who may enter. Raises :class:`EntryRuleInvalid`."""
        return Done(space.id, (self._set_entry(space, entry, ""),))

    def set_closed(self, space: Space, closed: bool) -> Done:
        """Let nobody enter any more, or let visitors enter again."""
        return self._do(space, "setClosed", spaceId=int(space.number, 16), closed=closed)

    def withdraw_invitations(self, space: Space) -> Done:
        """Make all invitations useless that were signed so far."""
        return self._do(space, "withdrawInvitations", spaceId=int(space.number, 16))

    def set_link(self, space: Space, to: str, opened: bool) -> Done:
        """Open or close a way to another space."""
        target = get(self._session, to, param="to")
        return self._do(
            space, "setLink",
            **{"from": int(space.number, 16), "to": int(target.number, 16), "linked": opened},
        )  # fmt: skip

    def set_provider(self, space: Space, provider: str) -> Done:
        """Keep the space in another identity's name, which the caller controls."""
        address = self._resolve(provider, "provider")
        return self._do(space, "setProvider", spaceId=int(space.number, 16), provider=address)

    def offer(self, space: Space, to: str | None) -> Done:
        """Offer the space to a new owner, or take the offer back."""
        candidate = _ZERO if to is None else self._resolve(to, "to")
        return self._do(space, "offerSpace", spaceId=int(space.number, 16), candidate=candidate)

    def accept(self, space: Space) -> Done:
        """Take over a space that was offered to the caller, who provides it from now on."""
        return self._do(space, "acceptSpace", spaceId=int(space.number, 16), provider=self._me)

    def _set_entry(self, space: Space, entry: EntryCreate, path: str) -> Write:
        for name, rule in (
            ("ticket", "ticket"),
            ("credential_type", "credential"),
            ("issuer", "credential"),
        ):
            given = getattr(entry, name) is not None
            if given and entry.rule != rule:
                raise EntryRuleInvalid(
                    "{param} has no meaning with the rule {rule}.",
                    next_step="Leave it out, or choose the rule {other}.",
                    param=path + name,
                    rule=entry.rule,
                    other=rule,
                )
            if not given and entry.rule == rule:
                raise EntryRuleInvalid(
                    "The rule {rule} needs {param}.", param=path + name, rule=entry.rule
                )
        requirement, issuer = bytes(32), _ZERO
        if entry.ticket is not None:
            number = assets.number_of(self._session, entry.ticket, param=path + "ticket")
            requirement = int(number).to_bytes(32)
        if entry.credential_type is not None:
            requirement = type_hash(entry.credential_type)
            credentials.remember_type(
                self._session, "0x" + requirement.hex(), entry.credential_type
            )
            issuer = self._resolve(entry.issuer, path + "issuer")
        return self._send(
            space.id,
            _CONTRACT,
            "setEntryRule",
            spaceId=int(space.number, 16),
            rule=RULES.index(entry.rule),
            requirement=requirement,
            issuer=issuer,
            capacity=entry.capacity or 0,
        )

    def _do(self, space: Space, function: str, **arguments: object) -> Done:
        return Done(space.id, (self._send(space.id, _CONTRACT, function, **arguments),))


def get(session: Session, id_or_number: str, *, param: str | None = None) -> Space:
    """A space by its id, or by its number on the chain.

    Raises :class:`NotFound`; :class:`InvalidInput` if it is named by a field, ``param``.
    """
    space = repository.by_id_or_number(session, id_or_number.lower())
    if space is not None:
        return space
    if param is not None:
        raise InvalidInput("There is no space {id}.", param=param, id=id_or_number)
    raise NotFound("There is no space {id}.", id=id_or_number)


def owner_of(session: Session, space: Space) -> str:
    """Who owns a space; its creator while it is not on the chain yet."""
    state = repository.state(session, space.number)
    return space.creator if state is None else state.owner


def name_of(session: Session, number: str) -> str:
    """A space's id, or its number if it was not created through the platform."""
    space = repository.by_number(session, number)
    return number if space is None else space.id


def existing(
    session: Session,
    *,
    owner: str | None,
    provider: str | None,
    ticket: str | None,
    closed: bool | None,
) -> SelectOfScalar[Space]:
    """The spaces that are on the chain, of those who are named."""
    if ticket is not None:
        ticket = assets.number_of(session, ticket, param="ticket")
    return repository.existing(owner=owner, provider=provider, ticket=ticket, closed=closed)


def links_of(space: Space) -> SelectOfScalar[SpaceLink]:
    """The open ways out of a space."""
    return repository.links_of(space.number)


def read_noted(session: Session, note: str, chain_id: int) -> SpaceRead:
    """A space as it is shown, with the writes of a request."""
    id_, writes = noted(session, note)
    return read(session, get(session, id_), chain_id).model_copy(update={"transactions": writes})


def read(session: Session, space: Space, chain_id: int) -> SpaceRead:
    """A space as it is shown."""
    state = repository.state(session, space.number)
    if state is not None:
        status = "closed" if state.closed else "open"
    else:
        creation = transactions.get(session, None, space.transaction_id)
        status = "failed" if transactions.has_failed(creation) else "pending"
        state = SpaceState(number=space.number, owner=space.creator, provider=space.creator)
    return SpaceRead(
        id=space.id,
        number=space.number,
        status=status,  # type: ignore[arg-type]
        name=space.name,
        description=space.description,
        document=descriptions.shown(
            space.salt, space.description_hash, name=space.name, description=space.description
        ),
        owner=state.owner,
        provider=did_of(chain_id, state.provider),
        offered_to=state.candidate,
        entry=_entry(session, state),
        occupants=repository.occupants(session, space.number),
        created=iso(space.created_ms),
        transactions=[],
    )


def _entry(session: Session, state: SpaceState) -> EntryRead:
    type_ = state.credential_type
    return EntryRead(
        rule=state.rule,  # type: ignore[arg-type]
        ticket=assets.name_of(session, state.ticket) if state.ticket else None,
        credential_type=(credentials.type_name(session, type_) or type_) if type_ else None,
        issuer=state.issuer,
        capacity=state.capacity or None,
    )


def read_link(session: Session, link: SpaceLink) -> LinkRead:
    """A way as it is shown."""
    target = repository.by_number(session, link.target)
    return LinkRead(
        id=link.id,
        space=name_of(session, link.origin),
        to=link.target if target is None else target.id,
        name=None if target is None else target.name,
        created=iso_s(link.opened_at),
    )
