"""Brings the whole platform up, step by step, and down again."""

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlmodel import Session, select

from pocplatform.chain import manifest as manifests
from pocplatform.chain.client import ChainClient, Gate
from pocplatform.chain.compiler import compile_project
from pocplatform.chain.contracts import Contracts
from pocplatform.chain.deployer import DeployCall, Deployer, DeployReceipt, plan
from pocplatform.chain.devnet import Devnet, find_anvil
from pocplatform.chain.manifest import ChainIdMismatch, Manifest, genesis_of
from pocplatform.chain.reverts import RevertDecoder
from pocplatform.chain.signer import (
    DEVNET_OPERATOR_KEY,
    KeyVault,
    LocalSigner,
    read_or_create_secret,
)
from pocplatform.deployment import deployment_set
from pocplatform.domains.organizations import service as organizations
from pocplatform.http.state import Actor, Gateway
from pocplatform.indexer.scanner import Scanner
from pocplatform.kit.clock import now_ms
from pocplatform.kit.database import Database
from pocplatform.kit.ids import new_id
from pocplatform.kit.lock import DataDirLock
from pocplatform.kit.settings import PROJECT_ROOT, Settings
from pocplatform.outbox.models import Transaction, TransactionStatus
from pocplatform.outbox.sender import Sender
from pocplatform.outbox.service import Outbox, add_transaction
from pocplatform.outbox.signers import Signers
from pocplatform.outbox.watch import Watch
from pocplatform.routers import PROJECTIONS
from pocplatform.worker import DevnetMiner, Engine

logger = logging.getLogger(__name__)

GENESIS_TIME = 1_698_796_800
"""Timestamp of the devnet's genesis block: 2023-11-01 00:00 UTC. With the chain id it fixes the
genesis hash, so that a devnet that starts anew is the same chain."""

Progress = Callable[[str], None]


@dataclass
class Platform:
    """The running platform; made by :func:`open_platform`."""

    settings: Settings
    gateway: Gateway
    engine: Engine
    started_in_s: float
    deployed: list[str]
    _close: list[Callable[[], object]] = field(default_factory=list)

    def close(self) -> None:
        """Stop everything, last started first."""
        while self._close:
            self._close.pop()()


def open_platform(settings: Settings, progress: Progress = logger.info) -> Platform:
    """Start the chain, bring contracts and tables up to date, and start the engine.

    Every failure is a :class:`~pocplatform.kit.errors.PlatformError`; what was started until then
    is stopped again, and nothing that was accepted is lost.
    """
    began = time.monotonic()
    undo: list[Callable[[], object]] = []
    try:
        platform = _open(settings, progress, undo)
    except BaseException:
        while undo:
            undo.pop()()
        raise
    platform.started_in_s = time.monotonic() - began
    return platform


def _open(settings: Settings, progress: Progress, undo: list[Callable[[], object]]) -> Platform:
    undo.append(DataDirLock(settings.data_dir, settings.base_url).release)
    database = Database(settings.database)
    undo.append(database.close)
    progress("database")
    database.migrate()
    vault = KeyVault.open(_secret(settings.master_key), settings.data_dir / "master.key")
    operator = LocalSigner.from_hex(_secret(settings.operator_key) or DEVNET_OPERATOR_KEY)
    signers = Signers(vault, operator)
    with database.transaction() as session:
        signers.register_operator(session)

    progress("contracts: compile")
    artifacts = compile_project(PROJECT_ROOT, PROJECT_ROOT / ".build" / "artifacts")
    manifest_path = settings.data_dir / "manifest.json"
    manifest = Manifest.load(manifest_path)

    client, miner = _connect(settings, database, progress, undo)
    chain_id, genesis_hash = genesis_of(client)
    if chain_id != settings.chain_id:
        raise ChainIdMismatch(
            "The node has chain id {found}, but {expected} is configured.",
            next_step="Set POC_CHAIN_ID to the id of the network you mean.",
            found=chain_id,
            expected=settings.chain_id,
        )
    if manifest is not None:
        manifests.verify_chain(manifest, client)

    known = manifest or Manifest(chain_id=chain_id, genesis_hash=genesis_hash, contracts={})
    outbox = Outbox(
        Contracts(client, known),
        RevertDecoder.from_artifacts(artifacts.values()),
        managed=settings.managed_devnet,
    )
    sender = Sender(database, client, outbox, signers, chain_id)
    scanner = Scanner(database, client, outbox, PROJECTIONS, settings.confirmations)
    watch = Watch()
    engine = Engine(database, sender, scanner, watch, miner)

    progress("contracts: deploy")
    engine.settle_all()
    deployment = plan(deployment_set(operator.address), artifacts, manifest, client)
    submit = _submitter(database, operator.address, engine)
    manifest = Deployer(client, manifest_path, progress).execute(deployment, submit)
    manifests.verify(manifest, client)
    outbox.contracts = Contracts(client, manifest)
    deployed = [step.name for step in deployment.deployments]
    if deployed:
        # Logs of the new addresses may lie in blocks that were recorded without knowing them.
        scanner.rewind()
    engine.settle_all()
    engine.start()
    undo.append(engine.stop)

    gateway = Gateway(
        settings=settings,
        database=database,
        client=client,
        outbox=outbox,
        signers=signers,
        watch=watch,
        authenticate=_authenticator(settings, operator.address),
        wake=engine.wake,
        chain_id=chain_id,
    )
    return Platform(settings, gateway, engine, 0.0, deployed, undo)


def _connect(
    settings: Settings,
    database: Database,
    progress: Progress,
    undo: list[Callable[[], object]],
) -> tuple[ChainClient, DevnetMiner | None]:
    if settings.rpc_url is not None:
        progress(f"chain: connect to {settings.rpc_url}")
        client = ChainClient(str(settings.rpc_url), settings.rpc_timeout_s)
        undo.append(client.close)
        return client, None
    progress("chain: start the devnet")
    devnet = Devnet(
        find_anvil(PROJECT_ROOT, settings.anvil),
        settings.data_dir,
        port=settings.devnet_port or None,
        genesis_time=GENESIS_TIME,
        chain_id=settings.chain_id,
        memory_limit=settings.devnet_memory_mb * 1024 * 1024,
    )
    undo.append(devnet.stop)
    devnet.start()
    devnet.wait_ready()
    gate = Gate()
    client = ChainClient(devnet.rpc_url, settings.rpc_timeout_s, gate)
    own_client = ChainClient(devnet.rpc_url, settings.rpc_timeout_s)
    undo += [client.close, own_client.close]
    miner = DevnetMiner(devnet, own_client, client, gate, database)
    report = miner.restore()
    if report.blocks:
        progress(f"chain: {report.blocks} blocks restored from the journal")
    return client, miner


def _submitter(
    database: Database, operator: str, engine: Engine
) -> Callable[[DeployCall], DeployReceipt]:
    """Deployments go through the outbox like every other write, so the journal has them."""

    def submit(call: DeployCall) -> DeployReceipt:
        with database.transaction() as session:
            transaction_id = add_transaction(
                session,
                Transaction(
                    id=new_id("tx"),
                    sender=operator,
                    to=call.to,
                    data=call.data,
                    value=str(call.value),
                    contract=call.label,
                    function="deploy",
                    created_ms=now_ms(),
                    updated_ms=now_ms(),
                ),
            ).id
        engine.settle_all()
        with database.snapshot() as session:
            row = _by_id(session, transaction_id)
            return DeployReceipt(
                transaction_hash=row.hash or "",
                block_number=row.block_number or 0,
                status=int(row.status in (TransactionStatus.MINED, TransactionStatus.CONFIRMED)),
            )

    return submit


def _by_id(session: Session, transaction_id: str) -> Transaction:
    return session.exec(select(Transaction).where(Transaction.id == transaction_id)).one()


def _authenticator(settings: Settings, operator: str) -> Callable[[Session, str], Actor | None]:
    admin_key = admin_secret(settings)

    def authenticate(session: Session, secret: str) -> Actor | None:
        if secrets.compare_digest(secret.encode(), admin_key.encode()):
            return Actor(None, operator, frozenset({"read", "write", "admin"}))
        found = organizations.authenticate(session, secret)
        if found is None:
            return None
        organization, scopes = found
        return Actor(organization.id, organization.address, frozenset(scopes))  # type: ignore[arg-type]

    return authenticate


def admin_secret(settings: Settings) -> str:
    """The organisers' secret key: configured, or in a file of mode 0600 in the data folder."""
    return _secret(settings.admin_key) or read_or_create_secret(
        settings.data_dir / "admin.key", lambda: "sk_test_admin_" + secrets.token_hex(24)
    )


def _secret(value: object) -> str | None:
    reveal = getattr(value, "get_secret_value", None)
    return reveal() if reveal is not None else None
