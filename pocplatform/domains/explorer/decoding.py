"""What was called and what was told, by the ABIs of contracts that everybody may know."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pocplatform.chain.abi_json import DataUnreadable
from pocplatform.chain.contracts import Contracts
from pocplatform.chain.interface import Interface
from pocplatform.chain.manifest import DeployedContract
from pocplatform.domains.contracts.service import interface_of

OWN_PACKAGE = "pocplatform"


@dataclass(frozen=True, slots=True)
class Decoded:
    """A call or an event.

    Attributes:
        contract: Name of the contract, if it is one of the deployment's.
        ours: Whether it is one of the platform's own, which there are sentences for.
        name: Of the function or event.
        signature: The same with its types.
        arguments: By name, as JSON has them.
        token: Whether it only looks like one of an ERC-20 token, by its signature.
    """

    contract: str | None
    ours: bool
    name: str
    signature: str
    arguments: dict[str, Any]
    token: bool = False


class Decoder:
    """Reads calldata and logs.

    Args:
        contracts: Those of the deployment.
    """

    def __init__(self, contracts: Contracts) -> None:
        self._contracts = contracts

    def at(self, address: str | None) -> DeployedContract | None:
        """The contract of the deployment at an address."""
        return self._by_address.get((address or "").lower())

    def named(self, name: str) -> DeployedContract | None:
        """The contract of the deployment of a name, however it is capitalized."""
        wanted = name.casefold()
        every = self._contracts.manifest.contracts
        return next((one for each, one in every.items() if each.casefold() == wanted), None)

    def call(self, to: str, data: bytes) -> Decoded | None:
        """What a transaction calls; None where that is not known."""
        deployed = self.at(to)
        interface = _interface(deployed) if deployed is not None else self._token
        function = interface.called(data) if len(data) >= 4 else None
        if function is None or not function.selector:
            return None
        try:
            arguments = function.arguments(data)
        except DataUnreadable:
            return None
        return self._decoded(deployed, function.name, function.signature, arguments)

    def log(self, log: Mapping[str, Any]) -> Decoded | None:
        """What a log tells; None where that is not known."""
        deployed = self.at(log["address"])
        interface = _interface(deployed) if deployed is not None else self._token
        found = interface.decode_log(log["topics"], bytes.fromhex(log["data"][2:]))
        if found is None:
            return None
        return self._decoded(deployed, found.event.name, found.event.signature, found.arguments)

    @staticmethod
    def _decoded(
        deployed: DeployedContract | None, name: str, signature: str, arguments: dict[str, Any]
    ) -> Decoded:
        return Decoded(
            contract=deployed.name if deployed is not None else None,
            ours=deployed is not None and deployed.package == OWN_PACKAGE,
            name=name,
            signature=signature,
            arguments=arguments,
            token=deployed is None,
        )

    @cached_property
    def _by_address(self) -> dict[str, DeployedContract]:
        return {one.address.lower(): one for one in self._contracts.manifest.contracts.values()}

    @cached_property
    def _token(self) -> Interface:
        """What every ERC-20 token has, by our own."""
        wanted = {"transfer", "transferFrom", "approve", "Transfer", "Approval"}
        deployed = self._contracts.manifest.contracts["PilotEuro"]
        return interface_of(
            f"ERC-20 of {deployed.code_hash}",
            [one for one in deployed.abi if one.get("name") in wanted],
        )


def _interface(deployed: DeployedContract) -> Interface:
    return interface_of(f"{deployed.name} {deployed.code_hash}", deployed.abi)
