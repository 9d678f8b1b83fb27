"""Messages to sign in with, as anybody may send them without a key."""

import time

import pytest

from pocplatform.chain import siwe

ROOM = 3_600
GOOD = siwe.compose(
    address="0x" + "11" * 20,
    domain="localhost:8000",
    uri="http://localhost:8000",
    chain_id=31337,
    nonce="abcdefgh12345678",
    now_ms=1_700_000_000_000,
    expires_ms=1_700_000_600_000,
)


class NoContract:
    """A chain on which no address is a contract."""

    def call(self, _address, _data):
        return b""


@pytest.fixture(scope="module", autouse=True)
def loaded():
    siwe.load()


def refused(text):
    with pytest.raises(siwe.SignInInvalid) as caught:
        siwe.verify(text, bytes(65), NoContract(), 1_700_000_000_001)
    return caught.value


@pytest.mark.parametrize("fill", ["a", "a.", "a:", "::", "/", "?#", "- ", "\n- a:", "[", "\n"])
def test_long_messages_take_no_time_to_refuse(fill):
    long = fill * (ROOM // len(fill))
    began = time.process_time()
    for text in (
        long,
        GOOD + long,
        GOOD.replace("localhost:8000", long, 1),
        GOOD.replace("http://localhost:8000", long) + "!",
        GOOD.replace("This costs", long) + "!",
        f"{GOOD}\nResources:{long}!",
    ):
        refused(text)
    assert time.process_time() - began < 1


@pytest.mark.parametrize("odd", ["ä", "\r", "\t", '"', "<", "\x00", "\u2028"])
def test_characters_that_the_standard_does_not_have_are_refused(odd):
    assert refused(GOOD.replace("This costs", f"This{odd}costs")).param == "message"


def test_plain_message_is_read():
    assert refused(GOOD).param == "signature"
