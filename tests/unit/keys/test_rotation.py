"""The master key is changed without a moment at which a stored key could not be opened."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest
from sqlmodel import select

from pocplatform import keys
from pocplatform.chain.vault import MasterKeyWrong
from pocplatform.delivery.webhooks.models import Webhook
from pocplatform.domains.openid4vp.models import PresentationRequest
from pocplatform.kit.clock import now_ms
from pocplatform.kit.database import Database
from pocplatform.kit.errors import AlreadyRunning, UnsafeSettings
from pocplatform.kit.lock import DataDirLock
from pocplatform.kit.settings import Settings
from pocplatform.outbox.models import SignerAccount

STEPS = [
    "master key: make a new one",
    "master key: encrypt the keys with it",
    "master key: store them",
    "master key: keep the old one",
    "master key: put the new one in force",
]


class Cut(BaseException):
    """The process ends here."""


class Folder:
    """A data folder with a few wallets."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.wallets: dict[str, bytes] = {}

    def settings(self, **changes: object) -> Settings:
        return Settings(data_dir=self.path, **changes)

    def add_wallets(self, count: int, **changes: object) -> None:
        settings = self.settings(**changes)
        vault, database = keys.open_vault(settings), Database(settings.database)
        database.migrate()
        with database.transaction() as session:
            for _ in range(count):
                address, stored = vault.create()
                signature = vault.unlock(address, stored).sign_sha256_digest(b"\x11" * 32)
                self.wallets[address] = signature
                session.add(
                    SignerAccount(address=address, encrypted_key=stored, created_ms=now_ms())
                )
        database.close()

    def check(self, **changes: object) -> None:
        """As a start does; then every wallet signs as it always did."""
        settings = self.settings(**changes)
        vault, database = keys.open_vault(settings), Database(settings.database)
        try:
            keys.check(database, vault)
            with database.snapshot() as session:
                for address, signature in self.wallets.items():
                    stored = session.get_one(SignerAccount, address).encrypted_key
                    signer = vault.unlock(address, stored or b"")
                    assert signer.sign_sha256_digest(b"\x11" * 32) == signature
        finally:
            database.close()

    def key(self, name: str = "master.key") -> str:
        return (self.path / name).read_text().strip()


@pytest.fixture
def folder(tmp_path) -> Folder:
    tmp_path.joinpath("data").mkdir()
    made = Folder(tmp_path / "data")
    made.add_wallets(5)
    return made


def test_rotation_puts_a_new_key_in_the_file_and_every_wallet_under_it(folder):
    old = folder.key()
    done = keys.rotate(folder.settings())
    assert (done.rotated, done.file) == (5, folder.path / "master.key")
    assert folder.key() != old == folder.key("master.key.previous")
    assert not (folder.path / "master.key.next").exists()
    for name in ("master.key", "master.key.previous"):
        assert stat.S_IMODE((folder.path / name).stat().st_mode) == 0o600
    folder.check()
    (folder.path / "master.key.previous").unlink()
    folder.check()  # nothing depends on the old one any more
    assert done.key_id == keys.open_vault(folder.settings()).key_id


def test_secrets_of_webhooks_are_encrypted_under_the_new_key_too(folder):
    vault, database = keys.open_vault(folder.settings()), Database(folder.settings().database)
    with database.transaction() as session:
        for number, previous in enumerate((None, vault.seal(b"whsec_old", "whk_1"))):
            session.add(
                Webhook(
                    id=f"whk_{number}",
                    url="https://example.com/",
                    event_types=["*"],
                    metadata_={},
                    secret=vault.seal(b"whsec_new", f"whk_{number}"),
                    previous_secret=previous,
                    created_ms=now_ms(),
                )
            )
    keys.rotate(folder.settings())
    (folder.path / "master.key.previous").unlink()
    vault = keys.open_vault(folder.settings())
    with database.snapshot() as session:
        without, with_previous = session.exec(select(Webhook).order_by(Webhook.id)).all()
    database.close()
    assert vault.open(without.secret, "whk_0") == b"whsec_new"
    assert without.previous_secret is None
    assert vault.open(with_previous.secret, "whk_1") == b"whsec_new"
    assert vault.open(with_previous.previous_secret, "whk_1") == b"whsec_old"
    with pytest.raises(MasterKeyWrong):
        vault.open(without.secret, "whk_1")  # bound to whose it is


def test_keys_for_answers_of_wallets_are_encrypted_under_the_new_key_too(folder):
    vault, database = keys.open_vault(folder.settings()), Database(folder.settings().database)
    with database.transaction() as session:
        for id_, key in (("prq_open", vault.seal(b"{}", "prq_open")), ("prq_clear", None)):
            session.add(
                PresentationRequest(
                    id=id_, org_id=None, verifier="0x", dcql_query={}, nonce="n", state="s",
                    status="pending", results=[], answer_key=key, expires_ms=now_ms(),
                    created_ms=now_ms(),
                )
            )  # fmt: skip
    keys.rotate(folder.settings())
    (folder.path / "master.key.previous").unlink()
    vault = keys.open_vault(folder.settings())
    with database.snapshot() as session:
        rows = session.exec(select(PresentationRequest)).all()
    database.close()
    kept = {row.id: row.answer_key for row in rows}
    assert vault.open(kept["prq_open"], "prq_open") == b"{}"
    assert kept["prq_clear"] is None


@pytest.mark.parametrize("step", STEPS)
def test_rotation_cut_off_at_any_step_leaves_all_open_and_a_second_run_finishes_it(folder, step):
    old, seen = folder.key(), []

    def cut(now: str) -> None:
        seen.append(now)
        if now == step:
            raise Cut

    with pytest.raises(Cut):
        keys.rotate(folder.settings(), cut)
    assert seen == STEPS[: STEPS.index(step) + 1]
    folder.check()
    folder.add_wallets(2)  # the platform was started and worked in between
    folder.check()
    keys.rotate(folder.settings())
    assert folder.key() != old
    (folder.path / "master.key.previous").unlink()
    assert not (folder.path / "master.key.next").exists()
    folder.check()


def test_old_backup_of_the_database_opens_with_the_key_that_was_kept(folder, tmp_path):
    backup = tmp_path / "backup.db"
    shutil.copy(folder.path / "platform.db", backup)
    first = folder.key()
    keys.rotate(folder.settings())
    shutil.copy(backup, folder.path / "platform.db")
    folder.check()
    keys.rotate(folder.settings())
    keys.rotate(folder.settings())
    shutil.copy(backup, folder.path / "platform.db")
    with pytest.raises(MasterKeyWrong, match="master key number") as wrong:
        folder.check()
    assert "POC_MASTER_KEY_PREVIOUS" in wrong.value.next_step()
    folder.check(master_key_previous=first)
    keys.rotate(folder.settings(master_key_previous=first))
    folder.check()


def test_key_from_the_environment_is_changed_by_naming_both(tmp_path):
    folder = Folder(tmp_path / "data")
    folder.path.mkdir()
    old, new = "aa" * 32, "bb" * 32
    folder.add_wallets(3, master_key=old)
    with pytest.raises(MasterKeyWrong):
        folder.check(master_key=new)
    with pytest.raises(MasterKeyWrong):
        keys.rotate(folder.settings(master_key=new))
    folder.check(master_key=old)
    done = keys.rotate(folder.settings(master_key=new, master_key_previous=old))
    assert (done.rotated, done.file) == (3, None)
    folder.check(master_key=new)
    assert keys.rotate(folder.settings(master_key=new)).rotated == 0
    assert not list(folder.path.glob("master.key*"))


def test_start_finds_out_that_only_some_keys_can_be_opened(tmp_path):
    folder = Folder(tmp_path / "data")
    folder.path.mkdir()
    folder.add_wallets(2, master_key="aa" * 32)
    folder.add_wallets(2, master_key="bb" * 32)
    for key in ("aa" * 32, "bb" * 32):
        with pytest.raises(MasterKeyWrong):
            folder.check(master_key=key)
    folder.check(master_key="bb" * 32, master_key_previous="aa" * 32)


def test_rotation_while_the_folder_is_in_use_is_refused(folder):
    lock = DataDirLock(folder.path, "http://127.0.0.1:1")
    before = folder.key()
    with pytest.raises(AlreadyRunning):
        keys.rotate(folder.settings())
    lock.release()
    assert folder.key() == before


def test_previous_key_that_is_none_is_named_and_not_shown(folder):
    with pytest.raises(UnsafeSettings, match="POC_MASTER_KEY_PREVIOUS") as refusal:
        keys.open_vault(folder.settings(master_key_previous="abcd"))
    assert "abcd" not in str(refusal.value)


def test_rotation_on_postgresql(folder, postgres, tmp_path):
    other = Folder(tmp_path / "other")
    other.path.mkdir()
    url = postgres()
    other.add_wallets(3, database_url=url)
    assert keys.rotate(other.settings(database_url=url)).rotated == 3
    other.check(database_url=url)
