"""Entering and leaving spaces over the real gateway, on the real chain."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlmodel import select

from pocplatform.domains.credentials.models import Credential
from pocplatform.domains.spaces import repository
from pocplatform.kit.clock import now_s
from tests.api.spaces.conftest import create, done, go, refused, reverted, visitors
from tests.processes import until as until_true


def test_visitor_is_inside_until_it_leaves_and_every_visit_is_kept(
    join, anonymous, spaces_contract
):
    owner, visitor = join(), join()
    space = create(owner)
    here = done(go(visitor, space))
    assert (here["inside"], here["visits"]) == (True, 1)
    assert visitors(anonymous, space) == [visitor.address]
    assert anonymous.get(f"/v1/spaces/{space['id']}").json()["occupants"] == 1
    assert spaces_contract("presenceOf", space, visitor.address)[1] == 1
    gone = done(go(visitor, space, "leave"))
    assert (gone["inside"], gone["visit"]["left_by"]) == (False, visitor.address)
    assert visitors(anonymous, space) == []
    done(go(visitor, space))
    visits = owner.api.get(f"/v1/spaces/{space['id']}/visits").json()["data"]
    assert [(v["number"], v["inside"]) for v in visits] == [(2, True), (1, False)]
    inside_since, count = spaces_contract("presenceOf", space, visitor.address)
    assert count == 2
    entered = datetime.fromisoformat(visits[0]["created"])
    assert inside_since == int(entered.timestamp())
    assert spaces_contract("entryOf", space)[4] == 1


def test_presence_answers_for_anybody_without_a_key(space, join, anonymous):
    visitor = join()
    path = f"/v1/spaces/{space['id']}/visitors/{visitor.did}"
    before = done(anonymous.get(path))
    assert (before["inside"], before["visits"], before["visit"]) == (False, 0, None)
    done(go(visitor, space))
    now = done(anonymous.get(path))
    assert now["inside"] is True
    by_visit = f"/v1/spaces/{space['id']}/visitors/{now['visit']['id']}"
    assert done(anonymous.get(by_visit)) == now
    done(go(visitor, space, "leave"))
    elsewhere = anonymous.get(f"/v1/spaces/{space['id']}/visitors/vst_unknown")
    assert refused(elsewhere, 422, "invalid_input")["param"] == "who"


def test_visits_are_shown_whole_to_the_owner_and_to_others_their_own(owner, space, join):
    one, other = join(), join()
    for visitor in (one, other):
        done(go(visitor, space))
        done(go(visitor, space, "leave"))
    path = f"/v1/spaces/{space['id']}/visits"
    assert {v["visitor"] for v in one.api.get(path).json()["data"]} == {one.address}
    everybody = {v["visitor"] for v in owner.api.get(path, params={"limit": 100}).json()["data"]}
    assert {one.address, other.address} <= everybody


def test_entering_twice_and_leaving_without_having_entered_are_refused(space, join):
    visitor = join()
    reverted(go(visitor, space, "leave"), "SpacesNotInside")
    done(go(visitor, space))
    reverted(go(visitor, space), "SpacesAlreadyInside")
    done(go(visitor, space, "leave"))
    reverted(go(visitor, space, "leave"), "SpacesNotInside")


def test_full_space_lets_in_who_comes_when_somebody_has_left(join):
    owner, first, second = join(), join(), join()
    space = create(owner, entry={"capacity": 1})
    done(go(first, space))
    problem = reverted(go(second, space), "SpacesFull")
    assert "at most 1" in problem["detail"]
    done(go(first, space, "leave"))
    done(go(second, space))


def test_owner_makes_a_visitor_leave(join, anonymous):
    owner, visitor = join(), join()
    space = create(owner)
    done(go(visitor, space))
    reverted(go(visitor, space, "expel", {"visitor": visitor.did}), "SpacesNotOwner")
    gone = done(go(owner, space, "expel", {"visitor": visitor.did}))
    assert (gone["visitor"], gone["inside"]) == (visitor.address, False)
    assert gone["visit"]["left_by"] == owner.address
    assert visitors(anonymous, space) == []
    answer = go(owner, space, "expel", {"visitor": "nobody"})
    assert refused(answer, 422, "invalid_input")["param"] == "visitor"


def test_ticketed_event_lets_in_who_holds_a_ticket_as_long_as_there_is_room(join, anonymous):
    owner, guests, late = join("Tapahtuma Oy"), [join(), join()], join()
    ticket = done(owner.api.write("/v1/items", {"kind": "ticket", "name": "Pääsylippu", "cap": 3}))
    entry = {"rule": "ticket", "ticket": ticket["id"], "capacity": 2}
    space = create(owner, entry=entry)
    assert space["entry"] == entry | {"credential_type": None, "issuer": None}
    listed = anonymous.get("/v1/spaces", params={"ticket": ticket["token_id"]}).json()["data"]
    assert [s["id"] for s in listed] == [space["id"]]
    reverted(go(late, space), "SpacesNoTicket")
    for guest in (*guests, late):
        mint = {"to": guest.did, "amount": 1}
        done(owner.api.write(f"/v1/items/{ticket['id']}/mint", mint))
    for guest in guests:
        done(go(guest, space))
    reverted(go(late, space), "SpacesFull")
    sold_out = owner.api.write(f"/v1/items/{ticket['id']}/mint", {"to": late.did, "amount": 1})
    reverted(sold_out, "ItemsCapExceeded")
    done(go(guests[0], space, "leave"))
    done(go(late, space))
    assert set(visitors(anonymous, space)) == {guests[1].address, late.address}


def test_member_enters_with_a_valid_credential_of_the_named_issuer(join, admin):
    owner, member, stranger = join(), join(), join()
    kind = "Member" + uuid4().hex[:12]
    done(owner.api.write("/v1/identities"))
    done(admin.write("/v1/trusted_issuers", {"issuer": owner.did, "credential_type": kind}))
    space = create(
        owner, entry={"rule": "credential", "credential_type": kind, "issuer": owner.did}
    )
    assert space["entry"]["credential_type"] == kind
    reverted(go(member, space), "SpacesNoCredential")
    body = {"type": kind, "subject": member.did, "claims": {"level": "A"}}
    credential = done(owner.api.write("/v1/credentials", body))
    done(go(member, space))
    done(go(member, space, "leave"))
    done(go(member, space, "enter", {"credential": credential["id"]}))
    done(go(member, space, "leave"))
    # Somebody else's is of no use: whether there is one is not even told.
    refused(go(stranger, space, "enter", {"credential": credential["id"]}), 404, "not_found")
    done(owner.api.write(f"/v1/credentials/{credential['id']}/revoke"))
    reverted(go(member, space), "SpacesNoCredential")
    reverted(go(member, space, "enter", {"credential": credential["id"]}), "SpacesNoCredential")


def test_credential_that_is_good_comes_before_a_newer_one_that_has_expired(join, platform):
    issuer, member = join(), join()
    done(issuer.api.write("/v1/identities"))
    body = {"type": "Member" + uuid4().hex[:12], "subject": member.did, "claims": {"a": "b"}}
    until = datetime.now(UTC) + timedelta(hours=1)
    lasting = done(issuer.api.write("/v1/credentials", body))
    second = now_s()
    until_true(lambda: now_s() > second)  # the chain counts in seconds
    newer = done(issuer.api.write("/v1/credentials", body | {"valid_until": until.isoformat()}))

    def chosen(now):
        with platform.gateway.database.snapshot() as session:
            kind = session.exec(
                select(Credential.type_hash).where(Credential.id == newer["id"])
            ).one()
            digest = repository.credential_digest(
                session, visitor=member.address, issuer=issuer.address, type_hash=kind, now=now
            )
        return "0x" + digest.hex()

    end = int(until.timestamp())
    assert chosen(end + 60) == lasting["digest"]
    assert chosen(end - 60) == newer["digest"]


def test_credential_for_a_space_that_asks_for_none_is_refused(space, join):
    answer = go(join(), space, "enter", {"credential": "crd_x"})
    assert refused(answer, 422, "entry_rule_invalid")["param"] == "credential"


@pytest.fixture
def invited(join):
    """A space by invitation, its owner, and somebody who is invited."""
    owner, guest = join(), join()
    space = create(owner, entry={"rule": "invitation"})
    invitation = done(go(owner, space, "invitations", {"visitor": guest.did}), 201)
    return owner, guest, space, invitation


def statuses(member, space):
    listed = member.api.get(f"/v1/spaces/{space['id']}/invitations").json()["data"]
    return [i["status"] for i in listed]


def test_invitation_serves_for_one_visit_of_one_visitor(invited, join):
    owner, guest, space, invitation = invited
    stranger = join()
    assert invitation["visitor"] == guest.address
    refused(go(stranger, space), 409, "invitation_missing")
    assert statuses(guest, space) == statuses(owner, space) == ["open"]
    assert statuses(stranger, space) == []
    done(go(guest, space))
    reverted(go(guest, space), "SpacesAlreadyInside")
    done(go(guest, space, "leave"))
    problem = refused(go(guest, space), 409, "invitation_missing")
    assert f"/v1/spaces/{space['id']}/invitations" in problem["next_step"]
    assert statuses(guest, space) == ["used"]


def test_withdrawn_invitation_lets_nobody_in(invited):
    owner, guest, space, _ = invited
    done(go(owner, space, "invitations/withdraw"))
    refused(go(guest, space), 409, "invitation_missing")
    assert statuses(guest, space) == ["withdrawn"]
    done(go(owner, space, "invitations", {"visitor": guest.did}), 201)
    done(go(guest, space))


def test_only_the_owner_invites_and_not_into_the_past(invited, join):
    owner, guest, space, _ = invited
    refused(go(guest, space, "invitations", {"visitor": guest.did}), 403, "forbidden")
    past = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    body = {"visitor": guest.did, "valid_until": past}
    answer = go(owner, space, "invitations", body)
    assert refused(answer, 422, "validity_invalid")["param"] == "valid_until"
    answer = go(owner, space, "invitations", {"visitor": "nobody"})
    assert refused(answer, 422, "invalid_input")["param"] == "visitor"
    assert answer.json()["detail"]
