"""The chain's epoch changes when its history does not go on, and then only."""

import shutil

import pytest

from pocplatform import snapshots
from pocplatform.chain import epoch
from pocplatform.chain.client import ChainClient
from pocplatform.chain.epoch import Epoch
from pocplatform.chain.raw_transaction import RawTransaction
from pocplatform.kit.clock import now_ms
from pocplatform.kit.settings import Settings
from pocplatform.outbox import arrivals
from pocplatform.outbox.arrivals import AT_MOST_WAITING, NonceTooHigh
from pocplatform.reset import set_aside
from tests.api.rpc.steps import CHAIN_ID, signed
from tests.api.signing_in import new_wallet
from tests.processes import opened


def present(folder):
    return epoch.current(folder, first="started")


def test_first_epoch_begins_once(tmp_path):
    first = present(tmp_path)
    assert (first.why, first.follows_another) == ("started", False)
    assert first.began_ms <= now_ms()
    assert present(tmp_path) == first


@pytest.mark.parametrize("content", ["", "{", "[]", '{"id": "epo_1"}'])
def test_file_that_cannot_be_read_begins_another(tmp_path, content):
    (tmp_path / epoch.FILE).write_text(content)
    found = present(tmp_path)
    assert present(tmp_path) == found


def test_restart_goes_on_and_reset_begins_another(data_dir):
    before = present(data_dir)
    with opened(data_dir) as platform:
        assert platform.gateway.epoch == before
    backup = set_aside(Settings(data_dir=data_dir))
    assert present(backup) == before
    with opened(data_dir) as platform:
        after = platform.gateway.epoch
    assert (after.id == before.id, after.why) == (False, "reset")
    assert set_aside(Settings(data_dir=data_dir)) is not None


def test_restore_begins_another_and_keeps_the_old_one_aside(data_dir, tmp_path):
    settings, file = Settings(data_dir=data_dir), tmp_path / "before.tgz"
    before = present(data_dir)
    snapshots.take(settings, file)
    restored = snapshots.restore(settings, file)
    after = present(data_dir)
    assert (after.id == before.id, after.why) == (False, "restored")
    assert present(restored.backup) == before
    snapshots.restore(settings, file)
    assert present(data_dir).id != after.id


def test_snapshot_in_another_folder_is_another_epoch(data_dir, tmp_path):
    file, elsewhere = tmp_path / "before.tgz", tmp_path / "elsewhere"
    snapshots.take(Settings(data_dir=data_dir), file)
    elsewhere.mkdir()
    snapshots.restore(Settings(data_dir=elsewhere), file)
    assert present(elsewhere).why == "restored"
    shutil.rmtree(elsewhere)


@pytest.fixture
def hand_in(platform):
    """Hands in a transaction on a chain of some epoch."""
    client: ChainClient = platform.gateway.client

    def accept(raw, of):
        transaction = RawTransaction.parse(bytes.fromhex(raw[2:]))
        with platform.gateway.database.transaction() as session:
            return arrivals.accept(session, transaction, client, CHAIN_ID, of).nonce

    return accept


RESET = Epoch("epo_2", now_ms(), "reset")
STARTED = Epoch("epo_1", 0, "started")


@pytest.mark.parametrize(
    ("why", "words"), [("reset", "began anew at 2"), ("restored", "put back to an earlier state")]
)
def test_first_transaction_with_a_remembered_nonce_is_explained(hand_in, why, words):
    with pytest.raises(NonceTooHigh) as refusal:
        hand_in(signed(new_wallet(), 3)[0], Epoch("epo_2", now_ms(), why))
    said = refusal.value.message
    assert "nonce too high" in said
    assert "is 0, this is 3" in said
    assert words in said
    assert "Clear activity tab data" in said


def test_account_that_has_begun_may_send_ahead_of_its_turn(hand_in):
    wallet = new_wallet()
    assert hand_in(signed(wallet, 0)[0], RESET) == 0
    assert hand_in(signed(wallet, 2)[0], RESET) == 2


def test_chain_without_another_before_it_takes_what_is_ahead_of_its_turn(hand_in):
    assert hand_in(signed(new_wallet(), AT_MOST_WAITING)[0], STARTED) == AT_MOST_WAITING


def test_nonce_of_another_chain_of_the_same_id_is_explained(hand_in):
    with pytest.raises(NonceTooHigh, match="another chain with the id 31337"):
        hand_in(signed(new_wallet(), AT_MOST_WAITING + 1)[0], STARTED)
