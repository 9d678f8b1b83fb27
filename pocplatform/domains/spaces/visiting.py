"""Entering and leaving spaces, and inviting to them."""

from datetime import datetime

from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.credentials import service as credentials
from pocplatform.domains.credentials.service import end_of_validity
from pocplatform.domains.spaces import repository
from pocplatform.domains.spaces.errors import EntryRuleInvalid, InvitationMissing
from pocplatform.domains.spaces.models import Invitation, Space, SpaceState, Visit
from pocplatform.domains.spaces.schemas import PresenceRead, SpaceInvitationRead, VisitRead
from pocplatform.domains.spaces.service import get, name_of
from pocplatform.domains.transactions.acting import Acting, Done, noted
from pocplatform.kit.clock import iso, iso_s, now_ms, now_s
from pocplatform.kit.errors import Forbidden
from pocplatform.kit.ids import new_id

_CONTRACT = "Spaces"
_INVITATION = (
    "Invitation(uint128 spaceId,address visitor,uint32 visit,uint16 series,uint256 deadline)"
)
_INVITED_FOR_S = 30 * 86_400


class Visiting(Acting):
    """What visitors do, and what owners do with them.

    Who may enter is decided by the contract; here is only gathered what it asks for.
    """

    def enter(self, space: Space, credential: str | None) -> Done:
        """Enter a space.

        Raises :class:`InvitationMissing`, and :class:`ContractReverted` if the contract does not
        let the caller in.
        """
        proof = self._proof(space, credential)
        return self._do(space, "enter", spaceId=int(space.number, 16), proof=proof)

    def leave(self, space: Space) -> Done:
        """Leave a space."""
        return self._do(space, "leave", spaceId=int(space.number, 16))

    def travel(self, space: Space, to: str, credential: str | None) -> Done:
        """Go from a space that the caller is in to one that a way leads to. Raises as enter."""
        target = get(self._session, to, param="to")
        write = self._send(
            target.id, _CONTRACT, "travel",
            **{"from": int(space.number, 16), "to": int(target.number, 16)},
            proof=self._proof(target, credential),
        )  # fmt: skip
        return Done(target.id, (write,))

    def expel(self, space: Space, visitor: str) -> Done:
        """Make a visitor leave, as the owner."""
        return self._do(space, "expel", spaceId=int(space.number, 16), visitor=visitor)

    def invite(self, space: Space, visitor: str, valid_until: datetime | None) -> Invitation:
        """Sign an invitation to the visitor's next visit, as the owner.

        Nothing goes to the chain. Raises :class:`Forbidden`, :class:`ValidityInvalid`.
        """
        number = int(space.number, 16)
        if self._contracts.read(_CONTRACT, "ownerOf", number) != self._me:
            raise Forbidden("Only the owner of the space invites to it.")
        deadline = end_of_validity(valid_until) or self._ahead(_INVITED_FOR_S)
        _, visit = self._contracts.read(_CONTRACT, "presenceOf", number, visitor)
        series = self._contracts.read(_CONTRACT, "entryOf", number)[6]
        message = {
            "spaceId": number, "visitor": visitor, "visit": visit, "series": series,
            "deadline": deadline,
        }  # fmt: skip
        invitation = Invitation(
            id=new_id("spi"),
            space_number=space.number,
            owner=self._me,
            visitor=visitor,
            visit=visit,
            series=series,
            deadline=deadline,
            signature=self._sign(_CONTRACT, _INVITATION, message),
            created_ms=now_ms(),
        )
        self._session.add(invitation)
        self._session.flush()
        return invitation

    def resolve(self, who: str, param: str) -> str:
        """The address of somebody who is named in a request."""
        return self._resolve(who, param)

    def _do(self, space: Space, function: str, **arguments: object) -> Done:
        return Done(space.id, (self._send(space.id, _CONTRACT, function, **arguments),))

    def _proof(self, space: Space, credential: str | None) -> bytes:
        """What the contract asks a visitor for, as far as there is something."""
        state = repository.state(self._session, space.number)
        if credential is not None and (state is None or state.rule != "credential"):
            raise EntryRuleInvalid(
                "The space {id} asks for no credential.",
                next_step="Leave the field out.",
                param="credential",
                id=space.id,
            )
        if state is None or state.rule in ("open", "ticket"):
            return b""
        if state.rule == "credential":
            return self._credential_proof(state, credential)
        return self._invitation_proof(space, state)

    def _credential_proof(self, state: SpaceState, credential: str | None) -> bytes:
        if credential is not None:
            named = credentials.get(self._session, self._org_id, self._me, credential)
            return bytes.fromhex(named.digest[2:])
        found = repository.credential_digest(
            self._session,
            visitor=self._me,
            issuer=state.issuer or "",
            type_hash=state.credential_type or "",
            now=now_s(),
        )
        return found or b""

    def _invitation_proof(self, space: Space, state: SpaceState) -> bytes:
        number = int(space.number, 16)
        inside_since, visit = self._contracts.read(_CONTRACT, "presenceOf", number, self._me)
        found = repository.invitation(
            self._session,
            space.number,
            self._me,
            owner=state.owner,
            visit=visit,
            series=state.series,
            now=now_s(),
        )
        if found is not None:
            return found.deadline.to_bytes(32) + found.signature
        if inside_since:
            return b""  # the contract says what is the matter, before it looks at the invitation
        raise InvitationMissing(
            "You have no invitation to the space {id} that is valid now; each serves once.",
            next_step="Ask its owner for one: POST /v1/spaces/{id}/invitations.",
            id=space.id,
        )


def visits(
    *, space: Space | None = None, visitor: str | None = None, inside: bool | None = None
) -> SelectOfScalar[Visit]:
    """Visits of a space, or of a visitor, or all."""
    return repository.visits(space=space.number if space else None, visitor=visitor, inside=inside)


def visitor_of(session: Session, space: Space, visit_id: str) -> str | None:
    """Whose a visit of a space is; None if there is no such visit."""
    visit = session.exec(visits(space=space).where(Visit.id == visit_id)).first()
    return None if visit is None else visit.visitor


def visits_shown_to(
    session: Session, space: Space, org_id: str | None, address: str
) -> SelectOfScalar[Visit]:
    """The visits of a space: all to its owner and the organisers, to others their own."""
    return visits(space=space, visitor=_only(session, space, org_id, address))


def invitations_shown_to(
    session: Session, space: Space, org_id: str | None, address: str
) -> SelectOfScalar[Invitation]:
    """The invitations to a space: all to its owner and the organisers, to others their own."""
    return repository.invitations(space.number, _only(session, space, org_id, address))


def _only(session: Session, space: Space, org_id: str | None, address: str) -> str | None:
    state = repository.state(session, space.number)
    owns = state is not None and state.owner == address
    return None if owns or org_id is None else address


def read_visit(session: Session, visit: Visit) -> VisitRead:
    """A visit as it is shown."""
    return shown_visit(visit, name_of(session, visit.space_number))


def shown_visit(visit: Visit, space: str) -> VisitRead:
    """A visit as it is shown, with the id of its space."""
    return VisitRead(
        id=visit.id,
        space=space,
        visitor=visit.visitor,
        number=visit.number,
        inside=visit.left_at is None,
        created=iso_s(visit.entered_at),
        left=iso_s(visit.left_at) if visit.left_at is not None else None,
        left_by=visit.left_by,
    )


def read_presence(session: Session, note: str, visitor: str) -> PresenceRead:
    """Where a visitor stands with a space, with the writes of a request."""
    id_, writes = noted(session, note)
    last = repository.last_visit(session, get(session, id_).number, visitor)
    return PresenceRead(
        space=id_,
        visitor=visitor,
        inside=last is not None and last.left_at is None,
        visits=0 if last is None else last.number,
        visit=None if last is None else read_visit(session, last),
        transactions=writes,
    )


def read_invitation(session: Session, invitation: Invitation) -> SpaceInvitationRead:
    """An invitation as it is shown."""
    state = repository.state(session, invitation.space_number)
    last = repository.last_visit(session, invitation.space_number, invitation.visitor)
    if last is not None and last.number > invitation.visit:
        status = "used"
    elif state is None or (state.series, state.owner) != (invitation.series, invitation.owner):
        status = "withdrawn"
    else:
        status = "expired" if invitation.deadline < now_s() else "open"
    return SpaceInvitationRead(
        id=invitation.id,
        space=name_of(session, invitation.space_number),
        visitor=invitation.visitor,
        status=status,  # type: ignore[arg-type]
        valid_until=iso_s(invitation.deadline),
        created=iso(invitation.created_ms),
    )


def find_invitation(session: Session, invitation_id: str) -> SpaceInvitationRead:
    """An invitation as it is shown, by its id."""
    return read_invitation(session, repository.invitation_by_id(session, invitation_id))
