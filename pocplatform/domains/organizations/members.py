"""Members of an organization, and the invitations by which they come.

A member signs in with a wallet of their own (EIP-4361) and acts for the organization by its first
wallet, as far as their role goes.
"""

import secrets

from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from pocplatform.domains.organizations import repository
from pocplatform.domains.organizations.errors import InvitationInvalid
from pocplatform.domains.organizations.keys import including, secret_hash
from pocplatform.domains.organizations.models import Invitation, Member
from pocplatform.domains.organizations.schemas import InvitationRead, MemberRead
from pocplatform.kit import tenants
from pocplatform.kit.clock import iso, now_ms
from pocplatform.kit.errors import NotFound
from pocplatform.kit.ids import new_id

_SCOPE_OF_ROLE = {"owner": "manage", "developer": "write", "viewer": "read"}


def scopes_of(role: str) -> list[str]:
    """What somebody with a role may do."""
    return including(_SCOPE_OF_ROLE[role])


def invite(
    session: Session, org_id: str, *, role: str, name: str, expires_in_s: int
) -> tuple[Invitation, str]:
    """An invitation and its code, which is nowhere stored."""
    code = "join_" + secrets.token_hex(24)
    invitation = Invitation(
        id=new_id("ivt"),
        org_id=org_id,
        hash=secret_hash(code),
        role=role,
        name=name,
        expires_ms=now_ms() + expires_in_s * 1000,
        created_ms=now_ms(),
    )
    session.add(invitation)
    session.flush()
    return invitation, code


def accept(session: Session, code: str, address: str) -> Member:
    """Let somebody who has proved an address in. Raises :class:`InvitationInvalid`.

    What is wrong with a code is not told apart: who guesses learns nothing.
    """
    invitation = repository.invitation_by_hash(session, secret_hash(code))
    if invitation is None or _state(invitation) != "open":
        raise InvitationInvalid(
            "This code lets nobody in: it is unknown, used, revoked or has expired.",
            next_step="Ask an owner of the organization for a new one.",
            param="invitation",
        )
    member = repository.member_at(session, invitation.org_id, address) or Member(
        id=new_id("mem"),
        org_id=invitation.org_id,
        address=address,
        name=invitation.name,
        role=invitation.role,
        created_ms=now_ms(),
    )
    member.role = invitation.role
    invitation.member_id = member.id
    session.add_all([member, invitation])
    session.flush()
    return member


def invitations_of(org_id: str | None) -> SelectOfScalar[Invitation]:
    """The invitations that a tenant may see; the organisers see all."""
    return tenants.visible_to(Invitation, org_id)


def invitation(session: Session, org_id: str | None, invitation_id: str) -> Invitation:
    """An invitation of this tenant. Raises :class:`NotFound`."""
    found = session.exec(invitations_of(org_id).where(Invitation.id == invitation_id)).first()
    if found is None:
        raise NotFound("There is no invitation {id}.", id=invitation_id)
    return found


def revoke_invitation(session: Session, org_id: str | None, invitation_id: str) -> Invitation:
    """Let nobody come by it any more. Revoking again changes nothing; a member who came stays."""
    found = invitation(session, org_id, invitation_id)
    if found.revoked_ms is None:
        found.revoked_ms = now_ms()
        session.add(found)
    return found


def members_of(org_id: str | None) -> SelectOfScalar[Member]:
    """The members that a tenant may see; the organisers see all."""
    return tenants.visible_to(Member, org_id)


def get(session: Session, org_id: str | None, member_id: str) -> Member:
    """A member of this tenant. Raises :class:`NotFound`."""
    member = session.exec(members_of(org_id).where(Member.id == member_id)).first()
    if member is None:
        raise NotFound("There is no member {id}.", id=member_id)
    return member


def change_role(session: Session, org_id: str | None, member_id: str, role: str) -> Member:
    """Give a member another role, which holds at once."""
    member = get(session, org_id, member_id)
    if member.role != role:
        member.role = role
        session.add(member)
        repository.count_revocation(session)
    return member


def remove(session: Session, org_id: str | None, member_id: str) -> MemberRead:
    """Let a member act no more. The organization's keys stay as they are."""
    member = get(session, org_id, member_id)
    session.delete(member)
    repository.count_revocation(session)
    return read(member)


def read(member: Member) -> MemberRead:
    """A member as it is shown."""
    return MemberRead(
        id=member.id,
        name=member.name,
        address=member.address,
        role=member.role,  # type: ignore[arg-type]
        created=iso(member.created_ms),
    )


def read_invitation(invitation: Invitation) -> InvitationRead:
    """An invitation as it is shown, without its code."""
    return InvitationRead(
        id=invitation.id,
        name=invitation.name,
        role=invitation.role,  # type: ignore[arg-type]
        state=_state(invitation),  # type: ignore[arg-type]
        member=invitation.member_id,
        expires=iso(invitation.expires_ms),
        created=iso(invitation.created_ms),
    )


def _state(invitation: Invitation) -> str:
    if invitation.member_id is not None:
        return "accepted"
    if invitation.revoked_ms is not None:
        return "revoked"
    return "open" if invitation.expires_ms > now_ms() else "expired"
