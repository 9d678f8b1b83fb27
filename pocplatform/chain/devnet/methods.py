"""What the owner of a devnet may ask its node by JSON-RPC.

Everything that stays inside the node's own chain: to read, to send, to trace, to sign with its
development accounts, to change state, time and mining. Not what reaches the machine or the network
(another node to fork from, what it logs), what the platform itself relies on (the chain id), and no
single request that keeps a processor busy for long.
"""

from collections.abc import Sequence
from typing import Any, Final

MAX_BLOCKS: Final = 1_000
"""Blocks that one request may mine."""
MAX_BLOCK_GAS: Final = 300_000_000
"""Gas of a block, and so of the dearest call: a second or two of a processor."""

# fmt: off
READS: Final = frozenset((
    "anvil_dumpState", "anvil_getAutomine", "anvil_getBlobByHash", "anvil_getBlobsByBlockId",
    "anvil_getBlobsByTransactionHash", "anvil_getGenesisTime", "anvil_getIntervalMining",
    "anvil_metadata", "anvil_nodeInfo", "debug_codeByHash", "debug_dbGet",
    "debug_getRawTransaction", "debug_traceBlockByHash", "debug_traceBlockByNumber",
    "debug_traceCall", "debug_traceTransaction", "erigon_getHeaderByNumber", "eth_accounts",
    "eth_blobBaseFee", "eth_blockNumber", "eth_call", "eth_callMany", "eth_chainId",
    "eth_coinbase", "eth_config", "eth_createAccessList", "eth_estimateGas", "eth_feeHistory",
    "eth_fillTransaction", "eth_gasPrice", "eth_getAccount", "eth_getAccountInfo",
    "eth_getBalance", "eth_getBlockByHash", "eth_getBlockByNumber", "eth_getBlockReceipts",
    "eth_getBlockTransactionCountByHash", "eth_getBlockTransactionCountByNumber", "eth_getCode",
    "eth_getFilterChanges", "eth_getFilterLogs", "eth_getHeaderByHash", "eth_getHeaderByNumber",
    "eth_getLogs", "eth_getProof", "eth_getRawTransactionByBlockHashAndIndex",
    "eth_getRawTransactionByBlockNumberAndIndex", "eth_getRawTransactionByHash",
    "eth_getStorageAt", "eth_getStorageValues", "eth_getTransactionByBlockHashAndIndex",
    "eth_getTransactionByBlockNumberAndIndex", "eth_getTransactionByHash",
    "eth_getTransactionBySenderAndNonce", "eth_getTransactionCount", "eth_getTransactionReceipt",
    "eth_getUncleByBlockHashAndIndex", "eth_getUncleByBlockNumberAndIndex",
    "eth_getUncleCountByBlockHash", "eth_getUncleCountByBlockNumber", "eth_hashrate",
    "eth_maxPriorityFeePerGas", "eth_mining", "eth_networkId", "eth_newBlockFilter",
    "eth_newFilter", "eth_newPendingTransactionFilter", "eth_protocolVersion",
    "eth_requestAccounts", "eth_sign", "eth_signTransaction", "eth_signTypedData",
    "eth_signTypedData_v3", "eth_signTypedData_v4", "eth_simulateV1", "eth_syncing",
    "eth_uninstallFilter", "hardhat_dumpState", "hardhat_getAutomine", "hardhat_metadata",
    "net_listening", "net_peerCount", "net_version", "ots_getApiLevel", "ots_getBlockDetails",
    "ots_getBlockDetailsByHash", "ots_getBlockTransactions", "ots_getContractCreator",
    "ots_getInternalOperations", "ots_getTransactionBySenderAndNonce", "ots_getTransactionError",
    "ots_hasCode", "ots_searchTransactionsAfter", "ots_searchTransactionsBefore",
    "ots_traceTransaction", "personal_sign", "trace_block", "trace_filter",
    "trace_replayBlockTransactions", "trace_transaction", "txpool_content", "txpool_contentFrom",
    "txpool_inspect", "txpool_status", "web3_clientVersion", "web3_sha3",
))
"""Methods that leave the chain as it is."""

CHANGES: Final = frozenset((
    "anvil_addBalance", "anvil_autoImpersonateAccount", "anvil_dealERC20",
    "anvil_dropAllTransactions", "anvil_dropTransaction", "anvil_impersonateAccount",
    "anvil_impersonateSignature", "anvil_increaseTime", "anvil_loadState", "anvil_mine",
    "anvil_mine_detailed", "anvil_removeBlockTimestampInterval", "anvil_removePoolTransactions",
    "anvil_reorg", "anvil_revert", "anvil_rollback", "anvil_setAutomine", "anvil_setBalance",
    "anvil_setBlockGasLimit", "anvil_setBlockTimestampInterval", "anvil_setCode",
    "anvil_setCoinbase", "anvil_setERC20Allowance", "anvil_setIntervalMining",
    "anvil_setMinGasPrice", "anvil_setNextBlockBaseFeePerGas", "anvil_setNextBlockTimestamp",
    "anvil_setNonce", "anvil_setStorageAt", "anvil_setTime", "anvil_snapshot",
    "anvil_stopImpersonatingAccount", "eth_resend", "eth_sendRawTransaction",
    "eth_sendRawTransactionSync", "eth_sendTransaction", "eth_sendTransactionSync",
    "eth_sendUnsignedTransaction", "evm_increaseTime", "evm_mine", "evm_mine_detailed",
    "evm_revert", "evm_setAccountNonce", "evm_setAutomine", "evm_setBlockGasLimit",
    "evm_setIntervalMining", "evm_setNextBlockTimestamp", "evm_setTime", "evm_snapshot",
    "hardhat_addBalance", "hardhat_autoImpersonateAccount", "hardhat_dealERC20",
    "hardhat_dropTransaction", "hardhat_impersonateAccount", "hardhat_loadState", "hardhat_mine",
    "hardhat_setBalance", "hardhat_setCode", "hardhat_setCoinbase", "hardhat_setMinGasPrice",
    "hardhat_setNextBlockBaseFeePerGas", "hardhat_setNonce", "hardhat_setStorageAt",
    "hardhat_stopImpersonatingAccount", "tenderly_setBalance",
))
"""Methods after which the chain, or how it goes on, is another."""
# fmt: on

WAITS: Final = frozenset(("eth_sendRawTransactionSync", "eth_sendTransactionSync"))
"""Methods with which anvil waits for a transaction to be mined, if it must for half a minute."""

TIP: Final = "eth_maxPriorityFeePerGas"
NO_TIP: Final = "0x0"
"""What :data:`TIP` is answered. anvil suggests a tip even where gas is free."""

_TRANSACTIONS = (
    "eth_fillTransaction", "eth_sendTransaction", "eth_sendTransactionSync",
    "eth_sendUnsignedTransaction", "eth_signTransaction",
)  # fmt: skip
_CALLS = ("eth_call", "eth_estimateGas", "eth_createAccessList", "debug_traceCall")
_OLD_TYPES = ("0x0", "0x1")
_RESETS = ("anvil_reset", "hardhat_reset")
_MINES = ("anvil_mine", "hardhat_mine")
_MINES_BY_OPTIONS = ("evm_mine", "evm_mine_detailed", "anvil_mine_detailed")
_BLOCK_GAS = ("evm_setBlockGasLimit", "anvil_setBlockGasLimit")
_IMPERSONATES = ("anvil_impersonateAccount", "hardhat_impersonateAccount")
_IMPERSONATES_NO_MORE = ("anvil_stopImpersonatingAccount", "hardhat_stopImpersonatingAccount")
_IMPERSONATES_ALL = ("anvil_autoImpersonateAccount", "hardhat_autoImpersonateAccount")


def is_known(method: str) -> bool:
    """Whether the owner of a devnet may call it."""
    return method in READS or method in CHANGES


def refusal(method: str, params: Any) -> str | None:
    """Why a call is not passed on to the node, in words; None if it is."""
    if method in _RESETS:
        return f"{method}: reset the devnet with POST /v1/devnets/{{id}}/reset"
    if not is_known(method):
        return f"{method} is not available on a devnet"
    first = _first(params)
    if method in _MINES and _number(first, 1) > MAX_BLOCKS:
        return _too_many_blocks(method)
    if method in _MINES_BY_OPTIONS and isinstance(first, dict):
        first = first.get("blocks")
        return _too_many_blocks(method) if _number(first, 1) > MAX_BLOCKS else None
    if method in _BLOCK_GAS and _number(first, 0) > MAX_BLOCK_GAS:
        return f"{method}: a block of a devnet takes at most {MAX_BLOCK_GAS} gas"
    return None


def adapted(method: str, params: Any) -> Any:
    """The parameters of a call as the node gets them.

    A transaction that says nothing of fees offers no tip, and no call has more gas than a block,
    which anvil would allow.
    """
    first = _first(params)
    if not isinstance(params, list) or not isinstance(first, dict):
        return params
    if method in _CALLS and _number(first.get("gas"), 0) > MAX_BLOCK_GAS:
        return [{**first, "gas": hex(MAX_BLOCK_GAS)}, *params[1:]]
    if method not in _TRANSACTIONS or first.get("type") in _OLD_TYPES:
        return params
    if "gasPrice" in first or "maxPriorityFeePerGas" in first:
        return params
    return [{**first, "maxPriorityFeePerGas": NO_TIP}, *params[1:]]


def _too_many_blocks(method: str) -> str:
    return f"{method}: at most {MAX_BLOCKS} blocks in a request"


class Impersonation:
    """Which accounts' transactions a node takes without their signatures.

    anvil can be told, but not be asked; so what it is told is noted here.
    """

    def __init__(self, accounts: Sequence[str] = (), everybody: bool = False) -> None:
        self._accounts = {account.lower() for account in accounts}
        self.everybody = everybody

    @property
    def accounts(self) -> tuple[str, ...]:
        """Their addresses."""
        return tuple(sorted(self._accounts))

    def note(self, method: str, params: Any) -> None:
        """Note a call that the node has taken."""
        first = _first(params)
        if method in _IMPERSONATES:
            self._accounts.add(str(first).lower())
        elif method in _IMPERSONATES_NO_MORE:
            self._accounts.discard(str(first).lower())
        elif method in _IMPERSONATES_ALL:
            self.everybody = first is True


def _first(params: Any) -> Any:
    if isinstance(params, dict):
        return next(iter(params.values()), None)
    return params[0] if isinstance(params, list) and params else None


def _number(value: Any, otherwise: int) -> int:
    """A quantity as anvil reads it; what is none, it refuses by itself."""
    if isinstance(value, bool) or value is None:
        return otherwise
    try:
        return int(value) if isinstance(value, int | float) else int(str(value), 0)
    except (ValueError, OverflowError):
        return otherwise
