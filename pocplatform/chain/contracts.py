"""The platform's deployed contracts by name: build calls, read state, decode logs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pocplatform.chain.client import ChainClient
from pocplatform.chain.codec import ContractCodec, DecodedLog
from pocplatform.chain.manifest import Manifest


@dataclass(frozen=True, slots=True)
class ContractCall:
    """A call that is ready to become a transaction.

    Attributes:
        to: The contract's address; None for a transaction that creates a contract.
        data: The calldata, or the creation code.
        contract: The contract's name, for people.
        function: The function's name, for people.
        arguments: The arguments by name, as JSON values (bytes as 0x-hex, integers as strings).
        value: Ether to send along, in wei.
    """

    to: str | None
    data: bytes
    contract: str
    function: str
    arguments: dict[str, Any]
    value: int = 0


class Contracts:
    """The contracts of a manifest on the chain of a client."""

    def __init__(self, client: ChainClient, manifest: Manifest) -> None:
        self.client = client
        self.manifest = manifest
        self._codecs = {
            name: ContractCodec(name, deployed.address, deployed.abi)
            for name, deployed in manifest.contracts.items()
        }
        self._by_address = {codec.address.lower(): codec for codec in self._codecs.values()}

    @property
    def addresses(self) -> list[str]:
        """The addresses of all contracts."""
        return [codec.address for codec in self._codecs.values()]

    @property
    def start_block(self) -> int:
        """The first block that can hold a log of these contracts."""
        return min((c.start_block for c in self.manifest.contracts.values()), default=0)

    def address(self, name: str) -> str:
        """The address of a contract."""
        return self._codecs[name].address

    def call(self, contract: str, function: str, **arguments: Any) -> ContractCall:
        """A call with its arguments in the order of the ABI."""
        codec = self._codecs[contract]
        return ContractCall(
            to=codec.address,
            data=codec.encode(function, *arguments.values()),
            contract=contract,
            function=function.split("(")[0],
            arguments={name: json_value(value) for name, value in arguments.items()},
        )

    def read(self, contract: str, function: str, *args: Any) -> Any:
        """What a view function returns on the latest state."""
        codec = self._codecs[contract]
        data = self.client.call(codec.address, codec.encode(function, *args))
        return codec.decode_result(function, data)

    def decode_log(self, log: Mapping[str, Any]) -> DecodedLog | None:
        """A log of one of these contracts; None for anybody else's."""
        codec = self._by_address.get(log["address"].lower())
        return codec.decode_log(log) if codec is not None else None


def json_value(value: Any) -> Any:
    """An ABI value as JSON: bytes as 0x-hex, integers as decimal strings."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return {name: json_value(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [json_value(item) for item in value]
    return value
