"""Items: creating, minting within the cap, soulbound items, tickets at gates, royalties."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils import keccak
from evm_support.expect import assert_events, refusal
from evm_support.signing import parse_types
from evm_support.units import DAY
from suites.erc165 import ERC1155, ERC1155_METADATA, ERC2981, Erc165Behaviour
from suites.erc1155 import HAD, Erc1155Behaviour
from suites.signed_actions import MakeAction, SignedAction, SignedNonceBehaviour, with_nonce

METADATA = keccak(text="a lamp of recycled steel")
USE = keccak(text="seat 7")
SOULBOUND = 1 << 95
TYPES = parse_types(
    "MintVoucher(address to,uint256 id,uint256 amount,uint256 nonce,uint256 deadline)",
    "Redemption(address holder,uint256 id,uint256 amount,address gate,"
    "bytes32 redemptionReference,uint256 nonce,uint256 deadline)",
)


def create(items: Any, creator: Any, serial: int = 1, **options: Any) -> int:
    """Creates a kind of item and answers its number."""
    values = {"soulbound": False, "cap": 0, "receiver": creator, "bps": 0, **options}
    items.createItem(serial, *values.values(), METADATA, sender=creator)
    return item_number(creator, serial, values["soulbound"])


def item_number(creator: Any, serial: int, soulbound: bool = False) -> int:
    """The number of a kind of item, as the contract makes it."""
    return int(creator.address, 16) << 96 | (SOULBOUND if soulbound else 0) | serial


@pytest.fixture(scope="module")
def lamp(items: Any, alice: Any) -> int:
    """An item without cap of Alice."""
    return create(items, alice, 101)


@pytest.fixture(scope="module")
def ticket(items: Any, alice: Any, bob: Any) -> int:
    """An item of Alice of which Bob has 5."""
    id = create(items, alice, 102, cap=100)
    items.mint(bob, id, 5, sender=alice)
    return id


class TestErc165(Erc165Behaviour):
    @pytest.fixture(scope="class")
    def told(self, items: Any) -> tuple[Any, list[str]]:
        return items, [ERC1155, ERC1155_METADATA, ERC2981]


class TestErc1155(Erc1155Behaviour):
    """Items behave as every ERC-1155."""

    @pytest.fixture(scope="class")
    def multi(self, items: Any) -> Any:
        return items

    @pytest.fixture(scope="class")
    def ids(self, items: Any, carol: Any, alice: Any) -> list[int]:
        ids = [create(items, carol, serial) for serial in (1, 2)]
        for id in ids:
            items.mint(alice, id, HAD, sender=carol)
        return ids


class TestCreating:
    @pytest.mark.parametrize("soulbound", [False, True])
    def test_number_says_creator_serial_and_whether_it_is_soulbound(
        self, items: Any, alice: Any, bob: Any, soulbound: bool
    ) -> None:
        id = item_number(alice, 7, soulbound)
        receipt = items.createItem(7, soulbound, 9, bob, 500, METADATA, sender=alice)
        created = {
            "id": id,
            "creator": alice,
            "soulbound": soulbound,
            "cap": 9,
            "royaltyReceiver": bob,
            "royaltyBps": 500,
            "metadataHash": METADATA,
        }
        assert_events(receipt, items, ("ItemCreated", created))
        assert items.itemId(alice, 7, soulbound) == id
        assert items.creatorOf(id) == alice
        assert items.isSoulbound(id) is soulbound
        assert tuple(items.supplyOf(id)) == (True, 9, 0)
        assert tuple(items.royaltyInfo(id, 999)) == (bob, 49)
        assert items.uri(id) == "/items/{id}.json"

    def test_same_number_is_refused(self, items: Any, alice: Any, bob: Any, lamp: int) -> None:
        with refusal("ItemsAlreadyCreated", lamp):
            create(items, alice, 101)
        assert create(items, bob, 101) != lamp
        assert create(items, alice, 101, soulbound=True) == lamp | SOULBOUND

    def test_royalty_is_capped_and_needs_a_receiver(
        self, items: Any, alice: Any, zero: str
    ) -> None:
        for receiver, bps in ((alice, 1_001), (alice, 2**16 - 1), (zero, 1)):
            with refusal("ItemsInvalidRoyalty", receiver, bps):
                create(items, alice, receiver=receiver, bps=bps)
        create(items, alice, 1, bps=1_000)
        free = create(items, alice, 2, receiver=zero)
        assert tuple(items.royaltyInfo(free, 10**9)) == (zero, 0)
        highest = item_number(alice, 1)
        assert tuple(items.royaltyInfo(highest, 2**256 - 1)) == (alice, (2**256 - 1) // 10)


class TestMinting:
    def test_only_the_creator_mints(
        self, items: Any, alice: Any, bob: Any, mallory: Any, zero: str, lamp: int
    ) -> None:
        receipt = items.mint(bob, lamp, 10**30, sender=alice)
        minted = {"operator": alice, "from": zero, "to": bob, "id": lamp, "value": 10**30}
        assert_events(receipt, items, ("TransferSingle", minted))
        assert items.balanceOf(bob, lamp) == 10**30
        with refusal("ItemsNotCreator", lamp, mallory):
            items.mint(mallory, lamp, 1, sender=mallory)

    def test_what_was_never_created_is_refused(self, items: Any, alice: Any) -> None:
        unknown = item_number(alice, 99)
        with refusal("ItemsUnknown", unknown):
            items.mint(alice, unknown, 1, sender=alice)
        # A bit that no number has: the same creator, but no item.
        with refusal("ItemsUnknown", unknown | 1 << 70):
            items.mint(alice, unknown | 1 << 70, 1, sender=alice)

    def test_nothing_is_refused(self, items: Any, alice: Any, lamp: int) -> None:
        with refusal("ItemsZeroAmount"):
            items.mint(alice, lamp, 0, sender=alice)

    def test_cap_is_never_passed_also_after_burning(self, items: Any, alice: Any, bob: Any) -> None:
        id = create(items, alice, cap=10)
        items.mint(bob, id, 4, sender=alice)
        with refusal("ItemsCapExceeded", id, 7, 6):
            items.mint(bob, id, 7, sender=alice)
        with refusal("ItemsCapExceeded", id, 2**256 - 1, 6):
            items.mint(bob, id, 2**256 - 1, sender=alice)
        items.burn(id, 4, sender=bob)
        items.mint(bob, id, 6, sender=alice)
        with refusal("ItemsCapExceeded", id, 1, 0):
            items.mint(bob, id, 1, sender=alice)
        assert tuple(items.supplyOf(id)) == (True, 10, 10)
        assert items.balanceOf(bob, id) == 6

    def test_reentrant_creator_cannot_pass_the_cap(
        self, project: Any, items: Any, admin: Any
    ) -> None:
        greedy = admin.deploy(project.ReentrantReceiver)
        id = item_number(greedy, 1)
        mint = items.mint.encode_input(greedy, id, 1)
        greedy.setReaction(items, mint, sender=admin)
        creation = items.createItem.encode_input(1, False, 2, greedy, 0, METADATA)
        greedy.execute(items, creation, sender=admin)
        greedy.execute(items, mint, sender=admin)
        assert (greedy.done(), greedy.refused()) == (1, 1)
        assert items.balanceOf(greedy, id) == 2

    def test_receiver_must_accept(
        self, items: Any, alice: Any, lamp: int, euro: Any, zero: str
    ) -> None:
        for receiver in (zero, euro):
            with refusal("ERC1155InvalidReceiver", receiver):
                items.mint(receiver, lamp, 1, sender=alice)


class TestVoucher(SignedNonceBehaviour):
    """Signed minting."""

    @pytest.fixture(scope="class")
    def make_action(
        self, items: Any, bob: Any, relayer: Any, now: int, admin: Any, zero: str
    ) -> MakeAction:
        def make(signer: Any) -> SignedAction:
            arguments = (5, False, 3, signer, 0, METADATA)
            if hasattr(signer, "execute"):
                call = items.createItem.encode_input(*arguments)
                signer.execute(items, call, sender=admin)
            else:
                items.createItem(*arguments, sender=signer)
            message = {
                "to": bob.address,
                "id": item_number(signer, 5),
                "amount": 2,
                "nonce": 77,
                "deadline": now + DAY,
            }

            def send(fields: dict[str, Any], signature: bytes) -> Any:
                return items.mintWithVoucher(*fields.values(), signature, sender=relayer)

            nobody = {"id": 5}
            return with_nonce(items, TYPES, "MintVoucher", message, signer, send, nobody, zero)

        return make

    @pytest.fixture(scope="class")
    def others(self, carol: Any, alice: Any, now: int) -> dict[str, Any]:
        return {
            "to": carol.address,
            "id": item_number(alice, 6),
            "amount": 3,
            "nonce": 78,
            "deadline": now + 2 * DAY,
        }

    def test_mints_for_the_receiver(
        self, action: SignedAction, items: Any, alice: Any, bob: Any, relayer: Any, zero: str
    ) -> None:
        receipt = action.send(action.message, action.sign(alice))
        id = action.message["id"]
        used = {"creator": alice, "id": id, "to": bob, "nonce": 77}
        minted = {"operator": relayer, "from": zero, "to": bob, "id": id, "value": 2}
        assert_events(receipt, items, ("MintVoucherUsed", used), ("TransferSingle", minted))
        assert items.balanceOf(bob, id) == 2

    def test_keeps_within_the_cap(self, action: SignedAction, items: Any, alice: Any) -> None:
        items.mint(alice, action.message["id"], 2, sender=alice)
        with refusal("ItemsCapExceeded", action.message["id"], 2, 1):
            action.send(action.message, action.sign(alice))

    def test_for_what_was_never_created_is_refused(
        self, action: SignedAction, items: Any, alice: Any
    ) -> None:
        unknown = item_number(alice, 6)
        other = action.changed(id=unknown)
        with refusal("ItemsUnknown", unknown):
            other.send(other.message, other.sign(alice))


class TestSoulbound:
    @pytest.fixture(scope="class")
    def badge(self, items: Any, alice: Any, bob: Any) -> int:
        id = create(items, alice, soulbound=True)
        items.mint(bob, id, 2, sender=alice)
        return id

    def test_never_changes_hands(
        self, items: Any, alice: Any, bob: Any, carol: Any, badge: int, lamp: int
    ) -> None:
        items.setApprovalForAll(alice, True, sender=bob)
        items.mint(bob, lamp, 1, sender=alice)
        for call in (
            lambda: items.safeTransferFrom(bob, carol, badge, 1, b"", sender=bob),
            lambda: items.safeTransferFrom(bob, carol, badge, 0, b"", sender=bob),
            lambda: items.safeTransferFrom(bob, carol, badge, 1, b"", sender=alice),
            lambda: items.safeBatchTransferFrom(bob, carol, [lamp, badge], [1, 1], b"", sender=bob),
        ):
            with refusal("ItemsSoulbound", badge):
                call()
        assert items.balanceOf(bob, badge) == 2

    def test_holder_can_destroy_it(
        self, items: Any, alice: Any, bob: Any, zero: str, badge: int
    ) -> None:
        receipt = items.burn(badge, 1, sender=bob)
        burnt = {"operator": bob, "from": bob, "to": zero, "id": badge, "value": 1}
        assert_events(receipt, items, ("TransferSingle", burnt))
        with refusal("ItemsZeroAmount"):
            items.burn(badge, 0, sender=bob)
        with refusal("ERC1155InsufficientBalance", alice, 0, 1, badge):
            items.burn(badge, 1, sender=alice)


class TestGates:
    def test_only_the_creator_sets_gates(
        self, items: Any, alice: Any, carol: Any, mallory: Any, ticket: int
    ) -> None:
        receipt = items.setGate(ticket, carol, True, sender=alice)
        gate = {"id": ticket, "gate": carol, "allowed": True}
        assert_events(receipt, items, ("GateSet", gate))
        assert [items.isGate(ticket, a) for a in (alice, carol, mallory)] == [True, True, False]
        items.setGate(ticket, carol, False, sender=alice)
        assert not items.isGate(ticket, carol)
        with refusal("ItemsNotCreator", ticket, mallory):
            items.setGate(ticket, mallory, True, sender=mallory)
        unknown = item_number(alice, 99)
        with refusal("ItemsUnknown", unknown):
            items.setGate(unknown, carol, True, sender=alice)
        assert not items.isGate(unknown, alice)

    def test_gate_redeems_with_approval_of_the_holder(
        self, items: Any, alice: Any, bob: Any, carol: Any, zero: str, ticket: int
    ) -> None:
        with refusal("ItemsNoConsent", bob, carol):
            items.redeem(bob, ticket, 2, USE, sender=carol)
        items.setApprovalForAll(carol, True, sender=bob)
        with refusal("ItemsNotGate", ticket, carol):
            items.redeem(bob, ticket, 2, USE, sender=carol)
        items.setGate(ticket, carol, True, sender=alice)
        with refusal("ItemsZeroAmount"):
            items.redeem(bob, ticket, 0, USE, sender=carol)
        receipt = items.redeem(bob, ticket, 2, USE, sender=carol)
        burnt = {"operator": carol, "from": bob, "to": zero, "id": ticket, "value": 2}
        redeemed = {
            "id": ticket,
            "holder": bob,
            "gate": carol,
            "amount": 2,
            "redemptionReference": USE,
        }
        assert_events(receipt, items, ("TransferSingle", burnt), ("ItemRedeemed", redeemed))
        assert items.balanceOf(bob, ticket) == 3
        with refusal("ERC1155InsufficientBalance", bob, 3, 4, ticket):
            items.redeem(bob, ticket, 4, USE, sender=carol)

    def test_creator_cannot_redeem_what_others_hold_without_consent(
        self, items: Any, alice: Any, bob: Any, ticket: int
    ) -> None:
        with refusal("ItemsNoConsent", bob, alice):
            items.redeem(bob, ticket, 1, USE, sender=alice)

    def test_creator_redeems_its_own(self, items: Any, alice: Any, ticket: int) -> None:
        items.mint(alice, ticket, 1, sender=alice)
        items.redeem(alice, ticket, 1, USE, sender=alice)
        assert items.balanceOf(alice, ticket) == 0


class TestSignedRedemption(SignedNonceBehaviour):
    """Alice shows her signature at Carol's gate."""

    @pytest.fixture(scope="class")
    def make_action(self, items: Any, bob: Any, carol: Any, now: int, zero: str) -> MakeAction:
        id = create(items, bob)
        items.setGate(id, carol, True, sender=bob)

        def make(signer: Any) -> SignedAction:
            items.mint(signer, id, 5, sender=bob)
            message = {
                "holder": signer.address,
                "id": id,
                "amount": 2,
                "gate": carol.address,
                "redemptionReference": USE,
                "nonce": 300,
                "deadline": now + DAY,
            }

            def send(fields: dict[str, Any], signature: bytes) -> Any:
                arguments = [value for name, value in fields.items() if name != "gate"]
                return items.redeemWithSignature(*arguments, signature, sender=carol)

            nobody = {"holder": zero}
            return with_nonce(items, TYPES, "Redemption", message, signer, send, nobody, zero)

        return make

    @pytest.fixture(scope="class")
    def others(self, alice: Any, bob: Any, now: int) -> dict[str, Any]:
        return {
            "id": item_number(bob, 9),
            "amount": 1,
            "gate": alice.address,
            "redemptionReference": METADATA,
            "nonce": 301,
            "deadline": now + 2 * DAY,
        }

    def test_uses_the_ticket_up(
        self, action: SignedAction, items: Any, alice: Any, carol: Any, zero: str
    ) -> None:
        receipt = action.send(action.message, action.sign(alice))
        id = action.message["id"]
        burnt = {"operator": carol, "from": alice, "to": zero, "id": id, "value": 2}
        redeemed = {
            "id": id,
            "holder": alice,
            "gate": carol,
            "amount": 2,
            "redemptionReference": USE,
        }
        assert_events(receipt, items, ("TransferSingle", burnt), ("ItemRedeemed", redeemed))

    def test_is_for_the_named_gate_only(
        self, action: SignedAction, items: Any, alice: Any, bob: Any
    ) -> None:
        fields = [value for name, value in action.message.items() if name != "gate"]
        with refusal("SignedActionInvalid", alice):
            items.redeemWithSignature(*fields, action.sign(alice), sender=bob)

    def test_is_worth_nothing_at_a_gate_that_is_not_allowed(
        self, action: SignedAction, items: Any, alice: Any, bob: Any, carol: Any
    ) -> None:
        items.setGate(action.message["id"], carol, False, sender=bob)
        with refusal("ItemsNotGate", action.message["id"], carol):
            action.send(action.message, action.sign(alice))
