"""The machines' own EIP-712 comes to the same as eth_account's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.support.signing import DOMAIN, Domain, Person, TypedData

ALICE = Person.named("alice")
TYPES = TypedData(
    "Letter(Person from,Person[] to,string text,bytes seal,uint16[] pages,bool read)",
    "Person(address account,uint8 role,bytes32 badge)",
)
BARE = Domain("Post", "1", 31_337, "0x" + "11" * 20, TYPES)

people = st.tuples(
    st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex()),
    st.integers(0, 255),
    st.binary(min_size=32, max_size=32),
)
letters = st.tuples(
    people,
    st.lists(people, max_size=3).map(tuple),
    st.text(max_size=20),
    st.binary(max_size=40),
    st.lists(st.integers(0, 2**16 - 1), max_size=4).map(tuple),
    st.booleans(),
)


def document(domain: Domain, letter: tuple[Any, ...]) -> dict[str, Any]:
    """A letter as eth_account takes it."""

    def plain(kind: str, value: Any) -> Any:
        if kind.endswith("[]"):
            return [plain(kind[:-2], item) for item in value]
        return named(kind, value) if kind in domain.types.members else value

    def named(struct: str, values: tuple[Any, ...]) -> dict[str, Any]:
        members = zip(domain.types.members[struct], values, strict=True)
        return {name: plain(kind, value) for (kind, name), value in members}

    members = {**domain.types.members, **TypedData(DOMAIN).members}
    return {
        "types": {
            struct: [{"type": kind, "name": name} for kind, name in fields]
            for struct, fields in members.items()
        },
        "primaryType": "Letter",
        "domain": {
            "name": domain.name,
            "version": domain.version,
            "chainId": domain.chain_id,
            "verifyingContract": domain.contract,
        },
        "message": named("Letter", letter),
    }


@settings(max_examples=30, deadline=None, derandomize=True)
@given(letter=letters, chain_id=st.integers(1, 2**64))
def test_signature_is_the_one_that_eth_account_makes(
    letter: tuple[Any, ...], chain_id: int
) -> None:
    domain = replace(BARE, chain_id=chain_id)
    message = encode_typed_data(full_message=document(domain, letter))
    signed = Account.sign_message(message, ALICE.key.to_bytes())
    assert domain.sign(ALICE, "Letter", *letter) == bytes(signed.signature)
