"""What a transaction offers for its gas.

A network without a base fee, or whose base fee is 0, gets legacy transactions, which every network
takes; one with a base fee gets those of EIP-1559.
"""

from dataclasses import dataclass

from pocplatform.chain.client import ChainClient
from pocplatform.chain.errors import RpcError

GWEI = 10**9

_DEFAULT_TIP = GWEI
"""Where a node suggests none."""


@dataclass(frozen=True, slots=True)
class Fee:
    """What one unit of gas may cost, in wei.

    Attributes:
        limit: The most that is paid.
        tip: What of it goes to the block's producer (EIP-1559); None for a legacy transaction,
            which pays its limit.
    """

    limit: int
    tip: int | None = None

    @property
    def free(self) -> bool:
        """Whether nothing is paid."""
        return self.limit == 0

    def fields(self) -> dict[str, int]:
        """The fields of a transaction that say it."""
        if self.tip is None:
            return {"gasPrice": self.limit}
        return {"maxFeePerGas": self.limit, "maxPriorityFeePerGas": self.tip}

    def over(self, earlier: "Fee") -> "Fee":
        """This fee, or as much more as nodes ask of what shall replace ``earlier``."""
        limit = max(self.limit, _raised(earlier.limit))
        if self.tip is None:
            return Fee(limit)
        tip = max(self.tip, _raised(earlier.limit if earlier.tip is None else earlier.tip))
        return Fee(max(limit, tip), tip)

    def at_most(self, cap: int) -> "Fee":
        """This fee, but no more than ``cap``."""
        return Fee(min(self.limit, cap), None if self.tip is None else min(self.tip, cap))


FREE = Fee(0)


def _raised(wei: int) -> int:
    """12.5 % more; geth asks for 10 % more of each part of the fee."""
    return wei + max(1, -(-wei // 8))


class Fees:
    """What the network asks.

    Args:
        client: The node.
        managed: Whether it is our own devnet, where gas is free.
        cap: The most to offer for a unit of gas, in wei.
    """

    def __init__(self, client: ChainClient, *, managed: bool, cap: int) -> None:
        self._client = client
        self._managed = managed
        self.cap = cap

    def suggested(self) -> Fee:
        """Enough for one of the next blocks, by what the node knows now; never above the cap."""
        if self._managed:
            return FREE
        latest = self._client.block("latest") or {}
        if "baseFeePerGas" not in latest:
            return Fee(int(self._client.request("eth_gasPrice"), 16)).at_most(self.cap)
        base_fee = int(latest["baseFeePerGas"], 16)
        if base_fee == 0:
            return FREE  # nodes suggest a tip there all the same
        tip = self._tip()
        # Twice the base fee, which rises by an eighth a block at most: enough for five full ones.
        return Fee(2 * base_fee + tip, tip).at_most(self.cap)

    def _tip(self) -> int:
        try:
            return int(self._client.request("eth_maxPriorityFeePerGas"), 16)
        except RpcError:
            return _DEFAULT_TIP
