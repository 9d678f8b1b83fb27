"""The sandbox's own keys: the operator's, and the master key that all stored keys are under.

The master key is ``POC_MASTER_KEY``, or in the file ``master.key`` of the data folder. Beside that
file there may be ``master.key.next``, the new key of a change under way, and
``master.key.previous``, the one that older backups of the database were made under. All that are at
hand open stored keys, so the platform starts from every moment at which a change may have been cut
off.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session, col, func, select

from pocplatform.chain.files import sync_folder, write_atomically
from pocplatform.chain.signer import DEVNET_OPERATOR_KEY, LocalSigner
from pocplatform.chain.vault import (
    KeyVault,
    master_key,
    new_master_key,
    read_or_create_secret,
    read_secret,
)
from pocplatform.delivery.webhooks.models import Webhook
from pocplatform.domains.openid4vp.models import PresentationRequest
from pocplatform.kit.database import Database
from pocplatform.kit.errors import UnsafeSettings
from pocplatform.kit.lock import DataDirLock, DataFolderUnusable
from pocplatform.kit.settings import Settings
from pocplatform.outbox.models import SignerAccount

FILE = "master.key"
_NEXT = "master.key.next"
_PREVIOUS = "master.key.previous"


@dataclass(frozen=True)
class Rotation:
    """What a change of the master key did.

    Attributes:
        key_id: The number of the key in force now.
        rotated: How many stored keys were encrypted anew.
        file: The file that holds it; None if it is ``POC_MASTER_KEY``.
        previous: The file that holds the one before, for older backups; None likewise.
    """

    key_id: str
    rotated: int
    file: Path | None
    previous: Path | None


def open_vault(settings: Settings) -> KeyVault:
    """The vault of the master key in force. Raises :class:`UnsafeSettings`."""
    others = _named_previous(settings)
    if settings.master_key is not None:
        return KeyVault(_key(settings.master_key.get_secret_value(), "POC_MASTER_KEY"), others)
    path = settings.data_dir / FILE
    key = _key_in(path, make=True)
    beside = [settings.data_dir / name for name in (_NEXT, _PREVIOUS)]
    return KeyVault(key, [*others, *(_key_in(it) for it in beside if it.exists())])


def operator(settings: Settings) -> LocalSigner:
    """Signs for the account that owns the contracts. Raises :class:`UnsafeSettings`."""
    configured = settings.operator_key
    key = configured.get_secret_value() if configured is not None else None
    if not key and settings.managed_devnet:
        key = DEVNET_OPERATOR_KEY
    try:
        return LocalSigner.from_hex(key or "")
    except Exception as error:  # the key's own words must not be shown, whatever is wrong with it
        raise UnsafeSettings(
            "POC_OPERATOR_KEY is not a private key: 32 bytes in hex (64 digits) are expected.",
            next_step="Set it to the private key of the account that shall own the contracts, or "
            "unset it where the sandbox runs a chain of its own.",
        ) from error


def check(database: Database, vault: KeyVault) -> None:
    """Open one stored key of each master key. Raises :class:`MasterKeyWrong`.

    A wrong master key would otherwise come out at somebody's first write, and new keys would be
    encrypted with another one than the old.
    """
    header = func.substr(SignerAccount.encrypted_key, 1, 9)
    samples = (
        select(func.min(SignerAccount.address))
        .where(col(SignerAccount.encrypted_key).is_not(None))
        .group_by(header)
    )
    with database.snapshot() as session:
        for address in session.exec(samples).all():
            account = session.get_one(SignerAccount, address)
            vault.unlock(account.address, account.encrypted_key or b"")


def rotate(settings: Settings, progress: Callable[[str], None] = lambda step: None) -> Rotation:
    """Encrypt every stored key under another master key, in one database transaction.

    A key in a file gets a successor, which takes the file's place when all are encrypted with it.
    With ``POC_MASTER_KEY``, that is the new one, and ``POC_MASTER_KEY_PREVIOUS`` the old. Cut off
    at any point, everything can still be opened, and a second run finishes it.

    Raises:
        AlreadyRunning: The sandbox runs; it would go on with the old one.
        MasterKeyWrong: A stored key can be opened with none of the master keys at hand.
        UnsafeSettings: A master key is no key, or its file can be read by others.
    """
    lock = DataDirLock(settings.data_dir, "keys rotate")
    try:
        database = Database.configured(settings.database)
        try:
            database.migrate()
            if settings.master_key is not None:
                vault = open_vault(settings)
                return Rotation(vault.key_id, _renew(database, vault, progress), None, None)
            return _rotate_file(settings, database, progress)
        finally:
            database.close()
    except OSError as error:
        raise DataFolderUnusable.because(settings.data_dir, error) from error
    finally:
        lock.release()


def _rotate_file(
    settings: Settings, database: Database, progress: Callable[[str], None]
) -> Rotation:
    folder = settings.data_dir
    current, successor, previous = (folder / name for name in (FILE, _NEXT, _PREVIOUS))
    keys = [_key_in(current, make=True)]
    keys += [_key_in(previous)] if previous.exists() else []
    progress("master key: make a new one")
    vault = KeyVault(_key_in(successor, make=True), [*keys, *_named_previous(settings)])
    sync_folder(folder)
    rotated = _renew(database, vault, progress)
    progress("master key: keep the old one")
    write_atomically(previous, read_secret(current) + "\n")
    progress("master key: put the new one in force")
    os.replace(successor, current)
    sync_folder(folder)
    return Rotation(vault.key_id, rotated, current, previous)


def _renew(database: Database, vault: KeyVault, progress: Callable[[str], None]) -> int:
    statement = select(SignerAccount).where(col(SignerAccount.encrypted_key).is_not(None))
    rotated = 0
    progress("master key: encrypt the keys with it")
    with database.transaction() as session:
        for account in session.exec(statement.with_for_update()):
            renewed = vault.renew(account.address, account.encrypted_key or b"")
            if renewed is not None:
                account.encrypted_key = renewed
                session.add(account)
                rotated += 1
        _renew_webhooks(session, vault)
        _renew_answer_keys(session, vault)
        session.flush()
        progress("master key: store them")
    return rotated


def _renew_webhooks(session: Session, vault: KeyVault) -> None:
    """The same for the secrets of webhooks."""
    for webhook in session.exec(select(Webhook).with_for_update()):
        webhook.secret = vault.renew(webhook.id, webhook.secret) or webhook.secret
        previous = webhook.previous_secret
        if previous is not None:
            webhook.previous_secret = vault.renew(webhook.id, previous) or previous
        session.add(webhook)


def _renew_answer_keys(session: Session, vault: KeyVault) -> None:
    """The same for the keys that wallets encrypt their answers to."""
    waiting = select(PresentationRequest).where(col(PresentationRequest.answer_key).is_not(None))
    for asked in session.exec(waiting.with_for_update()):
        asked.answer_key = vault.renew(asked.id, asked.answer_key or b"") or asked.answer_key
        session.add(asked)


def _named_previous(settings: Settings) -> list[bytes]:
    secret = settings.master_key_previous
    if secret is None:
        return []
    return [_key(secret.get_secret_value(), "POC_MASTER_KEY_PREVIOUS")]


def _key_in(path: Path, *, make: bool = False) -> bytes:
    try:
        text = read_or_create_secret(path, new_master_key) if make else read_secret(path)
    except UnicodeDecodeError:
        text = ""
    return _key(text, path)


def _key(text: str, place: str | Path) -> bytes:
    try:
        return master_key(text)
    except UnsafeSettings as error:
        raise UnsafeSettings(
            "The master key in {place} is not 32 bytes in hex (64 digits).",
            next_step="Put the key there that the stored keys were encrypted with; a new "
            "sandbox makes one itself, in a file.",
            place=place,
        ) from error
