"""Brings the whole platform up, step by step, and down again."""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from pocplatform import keys
from pocplatform.callers import look_up
from pocplatform.chain import epoch as epochs
from pocplatform.chain import manifest as manifests
from pocplatform.chain.client import ChainClient, Gate
from pocplatform.chain.compiler import compile_project
from pocplatform.chain.contracts import Contracts
from pocplatform.chain.deployer import (
    Deployer,
    plan,
)
from pocplatform.chain.devnet import Devnet, NodeNotAnswering, RebuildReport, find_anvil
from pocplatform.chain.errors import NodeUnreachable
from pocplatform.chain.manifest import Manifest
from pocplatform.chain.ready_made import ready_made
from pocplatform.chain.reverts import RevertDecoder
from pocplatform.chain_check import check_chain
from pocplatform.delivery.background import Background
from pocplatform.deployment import deployment_set, first_balances
from pocplatform.domains.contracts import service as contracts
from pocplatform.domains.contracts import stored_errors
from pocplatform.domains.credential_types import service as credential_types
from pocplatform.domains.organizations.repository import note_use, revocations
from pocplatform.domains.recordings import service as recordings
from pocplatform.events.feed import Feed
from pocplatform.events.log import has_told
from pocplatform.http.authentication import Authentication
from pocplatform.http.command import prefetch
from pocplatform.http.limits import RateLimits
from pocplatform.http.request_log import RequestLog
from pocplatform.http.state import Gateway
from pocplatform.indexer.news import BlockNews
from pocplatform.indexer.pending import PendingNews
from pocplatform.indexer.scanner import Scanner
from pocplatform.kit.database import Database
from pocplatform.kit.errors import DatabaseUnreadable
from pocplatform.kit.group_commit import GroupCommit
from pocplatform.kit.i18n import Phrase
from pocplatform.kit.lock import DataDirLock, DataFolderUnusable
from pocplatform.kit.settings import PROJECT_ROOT, Settings
from pocplatform.kit.signal import Signal
from pocplatform.organisers import admin_secret
from pocplatform.outbox import deployments, simulation
from pocplatform.outbox.fees import GWEI, Fees
from pocplatform.outbox.gas_tank import ETHER, GasTank
from pocplatform.outbox.preparation import taken
from pocplatform.outbox.replacement import Replacements
from pocplatform.outbox.sender import Sender
from pocplatform.outbox.service import Outbox, has_accepted
from pocplatform.outbox.signers import Signers
from pocplatform.outbox.watch import Watch
from pocplatform.outbox.watchdog import PoolWatchdog
from pocplatform.reset import has_been_reset
from pocplatform.routers import JOBS, PROJECTIONS
from pocplatform.snapshots import finish_restore
from pocplatform.team_devnets import platforms_contracts, team_devnets
from pocplatform.worker import DevnetMiner, Engine

if TYPE_CHECKING:
    from pocplatform.chain.heads import NewHeads

logger = logging.getLogger(__name__)

GENESIS_TIME = 1_698_796_800
"""Timestamp of the devnet's genesis block: 2023-11-01 00:00 UTC. With the chain id it fixes the
genesis hash, so that a devnet that starts anew is the same chain."""

Progress = Callable[[str], None]


@dataclass
class Platform:
    """The running platform; made by :func:`open_platform`.

    What it does by itself, webhooks and jobs, begins with ``background.start()``.
    """

    settings: Settings
    gateway: Gateway
    engine: Engine
    background: Background
    started_in_s: float
    deployed: list[str]
    rebuilt: RebuildReport | None
    _close: list[Callable[[], object]] = field(default_factory=list)

    def close(self) -> None:
        """Stop everything, last started first."""
        while self._close:
            self._close.pop()()


@dataclass
class _Opening:
    """A start under way: what it is about, and what to undo should it fail."""

    settings: Settings
    progress: Progress
    undo: list[Callable[[], object]] = field(default_factory=list)
    devnet: Devnet | None = None
    rebuilt: RebuildReport | None = None


def open_platform(settings: Settings, progress: Progress = logger.info) -> Platform:
    """Start the chain, bring contracts and tables up to date, and start the engine.

    Every failure is a :class:`~pocplatform.kit.errors.PlatformError`; what was started until then
    is stopped again, and nothing that was accepted is lost.
    """
    began = time.monotonic()
    opening = _Opening(settings, progress)
    try:
        platform = _open(opening)
    except BaseException as error:
        told = _in_words(error, opening)
        while opening.undo:
            opening.undo.pop()()
        if told is error:
            raise
        raise told from error
    platform.started_in_s = time.monotonic() - began
    return platform


def _open(opening: _Opening) -> Platform:
    settings, progress, undo = opening.settings, opening.progress, opening.undo
    undo.append(DataDirLock(settings.data_dir, settings.base_url).release)
    finish_restore(settings.data_dir)
    epoch = epochs.current(
        settings.data_dir, first="reset" if has_been_reset(settings.data_dir) else "started"
    )
    operator = keys.operator(settings)
    database = Database.configured(settings.database)
    undo.append(database.close)
    progress("database")
    database.migrate()
    _check_writable(database)
    vault = keys.open_vault(settings)
    keys.check(database, vault)
    signers = Signers(vault, operator)
    admin_key = admin_secret(settings)

    progress("contracts: compile")
    artifacts = compile_project(PROJECT_ROOT, PROJECT_ROOT / ".build" / "artifacts")
    manifest_path = settings.data_dir / "manifest.json"
    manifest = Manifest.load(manifest_path)

    client, genesis_hash, miner = _connect(opening, database, manifest, operator.address)
    chain_id = settings.chain_id
    with database.transaction() as session:
        signers.register_operator(session)
        credential_types.ensure_built_in(session)
    known = manifest or Manifest(chain_id=chain_id, genesis_hash=genesis_hash, contracts={})
    outbox = Outbox(
        Contracts(client, known),
        RevertDecoder.from_artifacts(artifacts.values()),
        managed=settings.managed_devnet,
        max_queued=settings.max_queued,
    )
    with database.snapshot() as session:
        contracts.register_known(session, outbox)
        outbox.reverting = simulation.reverting(session)
    cap = int(settings.max_fee_gwei * GWEI)
    fees = Fees(client, managed=settings.managed_devnet, cap=cap)
    tank = _gas_tank(settings, database, client, operator.address)
    sender = Sender(database, client, outbox, signers, fees, tank, chain_id)
    replacements = Replacements(
        database, client, sender, signers, fees, chain_id, settings.raise_fee_after_s
    )
    scanner = Scanner(database, client, outbox, PROJECTIONS, settings.confirmations)
    watch = Watch()
    watchdog = PoolWatchdog(database, client, sender)
    engine = Engine(
        database, outbox, sender, scanner, watch, watchdog, replacements, fees, tank, miner
    )

    progress("contracts: compare with the chain")
    if scanner.stopped_at() is not None:
        scanner.rewind()  # what was wrong with a projection may be mended
    engine.settle_all()
    deployment = plan(
        deployment_set(operator.address),
        artifacts.with_foreign(ready_made(PROJECT_ROOT)),
        manifest,
        client,
        complete=settings.managed_devnet or client.gas_is_free(),
    )
    deployer = Deployer(client, manifest_path, progress, payer=operator.address)
    manifest = deployer.execute(
        deployment, deployments.submitter(database, operator.address, engine.settle_all)
    )
    manifests.verify(manifest, client)
    outbox.contracts = Contracts(client, manifest)
    deployed = [step.name for step in deployment.deployments if step.name in manifest.contracts]
    if deployed or any(step.adopted for step in deployment.steps):
        # Logs of the new addresses may lie in blocks that were recorded without knowing them.
        scanner.rewind()
    engine.settle_all()
    feed = Feed(database)
    undo.append(feed.close)
    blocks = BlockNews(database, client)
    pending = PendingNews(lambda: _socket_url(settings, client))
    undo += [blocks.close, pending.close]
    recorded = Signal()
    recorded.connect(feed.wake)
    recorded.connect(blocks.wake)
    engine.recorded = recorded
    engine.start()
    undo.append(engine.stop)
    if settings.rpc_url is not None:
        undo.append(_listen_for_blocks(settings, client, engine).stop)

    errands = Signal()
    writes = GroupCommit(database, prepare=prefetch, committed=_committed(engine, feed, errands))
    undo.append(writes.close)

    authentication = Authentication(
        database,
        look_up(admin_key, operator.address),
        revocations,
        note_use,
    )
    undo.append(authentication.note)

    requests = RequestLog(
        database,
        recordings.noting(settings.request_log),
        recordings.recorded,
        kept=settings.request_log > 0,
    )
    undo.append(requests.write)
    contracts_of_teams = platforms_contracts(artifacts, operator.address)
    fleet = team_devnets(settings, database, contracts_of_teams, feed.wake)
    undo.append(fleet.close)
    fleet.start()

    gateway = Gateway(
        settings=settings,
        database=database,
        client=client,
        outbox=outbox,
        signers=signers,
        replacements=replacements,
        watch=watch,
        writes=writes,
        authentication=authentication,
        organisers_key=admin_key,
        feed=feed,
        errands=errands,
        limits=RateLimits(settings),
        requests=requests,
        devnets=fleet,
        wake=engine.wake,
        arrived=engine.arrived,
        trouble=lambda: engine.trouble,
        warning=lambda: tank.warning if tank is not None else None,
        chain_id=chain_id,
        epoch=epoch,
        blocks=blocks,
        pending=pending,
        told=stored_errors.told,
    )
    background = Background(gateway, JOBS)
    undo.append(background.stop)
    return Platform(settings, gateway, engine, background, 0.0, deployed, opening.rebuilt, undo)


def _committed(engine: Engine, feed: Feed, errands: Signal) -> Callable[[Session], None]:
    """Tells those whom it concerns of what a database transaction has accepted, and told."""

    def tell(session: Session) -> None:
        for id_ in taken(session):
            engine.arrived(id_)
        if has_accepted(session):
            engine.wake()
        if has_told(session):
            feed.wake()
        if simulation.begun(session):
            errands()

    return tell


def _socket_url(settings: Settings, client: ChainClient) -> str:
    """Where the node takes WebSocket connections."""
    from pocplatform.chain.heads import websocket_url

    return str(settings.rpc_ws_url or websocket_url(client.url))


def _listen_for_blocks(settings: Settings, client: ChainClient, engine: Engine) -> "NewHeads":
    """Wake the engine when an outside node has a new block."""
    # Here, since most sandboxes run their own chain and have no use for WebSockets.
    from pocplatform.chain.heads import NewHeads

    heads = NewHeads(_socket_url(settings, client), engine.wake)
    engine.follow(heads)
    heads.start()
    return heads


def _connect(
    opening: _Opening, database: Database, manifest: Manifest | None, operator: str
) -> tuple[ChainClient, str, DevnetMiner | None]:
    """The node, the hash of its first block, and for our own devnet its miner."""
    settings, progress, undo = opening.settings, opening.progress, opening.undo
    if settings.rpc_url is not None:
        progress(f"chain: connect to {settings.rpc_url}")
        client = ChainClient(str(settings.rpc_url), settings.rpc_timeout_s)
        undo.append(client.close)
        return client, check_chain(client, settings, database, manifest), None
    progress("chain: start the devnet")
    devnet = Devnet(
        find_anvil(PROJECT_ROOT, settings.anvil),
        settings.data_dir,
        port=settings.devnet_port or None,
        genesis_time=GENESIS_TIME,
        chain_id=settings.chain_id,
        balances=first_balances(operator),
        memory_limit=settings.devnet_memory_mb * 1024 * 1024,
    )
    undo.append(devnet.stop)
    devnet.start()
    opening.devnet = devnet
    devnet.wait_ready()
    gate = Gate()
    client = ChainClient(devnet.rpc_url, settings.rpc_timeout_s, gate)
    own_client = ChainClient(devnet.rpc_url, settings.rpc_timeout_s)
    undo += [client.close, own_client.close]
    # Before the journal is replayed: one of another chain would be rewritten to fit this one.
    genesis_hash = check_chain(own_client, settings, database, manifest)
    miner = DevnetMiner(devnet, own_client, client, gate, database)
    report = miner.restore()
    opening.rebuilt = report
    if report.blocks:
        progress(f"chain: {report.blocks} blocks restored from the journal")
    return client, genesis_hash, miner


def _gas_tank(
    settings: Settings, database: Database, client: ChainClient, address: str
) -> GasTank | None:
    """The operator's account as the payer of all gas, where the policy says so."""
    policy = settings.gas_policy
    if policy is None:
        policy = "free" if settings.managed_devnet or client.gas_is_free() else "sponsored"
    if policy == "free":
        return None
    daily, low = (
        int(ether * ETHER) for ether in (settings.gas_daily_ether, settings.gas_tank_low_ether)
    )
    return GasTank(database, client, address, daily, low)


def _in_words(error: BaseException, opening: _Opening) -> BaseException:
    """The error to tell for one that came up while starting."""
    devnet = opening.devnet
    if isinstance(error, NodeUnreachable) and devnet is not None and _has_ended(devnet):
        return NodeNotAnswering(
            Phrase("ended with exit status {status}", status=devnet.exit_status),
            devnet.log_path,
            "",
        )
    if isinstance(error, OSError):
        return DataFolderUnusable.because(opening.settings.data_dir, error)
    if isinstance(error, SQLAlchemyError):
        return DatabaseUnreadable(
            "The database cannot be used: {reason}.",
            next_step="See that its server runs and its disk has room, then start again; "
            "`pocplatform doctor` looks into it.",
            reason=str(getattr(error, "orig", None) or error).splitlines()[0],
        )
    return error


def _has_ended(devnet: Devnet) -> bool:
    # The node's silence is noticed a moment before its end is.
    deadline = time.monotonic() + 1
    while devnet.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    return not devnet.is_alive()


def _check_writable(database: Database) -> None:
    """SQLite opens a file that it may only read, and would fail at the first write."""
    if database.path is not None and not os.access(database.path, os.W_OK):
        raise DatabaseUnreadable(
            "The database {path} can be read, but not written.",
            next_step="Run `chmod u+w {path}` (or mount its disk for writing), then start again.",
            path=database.path,
        )
