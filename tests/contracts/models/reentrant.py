"""A receiver that calls back when it gets a token."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import solcx
from ape.contracts import ContractContainer
from ethpm_types import ContractType

SOURCE = Path(__file__).with_name("ReentrantReceiver.sol")
NAME = SOURCE.stem


@cache
def _container() -> Any:
    compiled = solcx.compile_standard(
        {
            "language": "Solidity",
            "sources": {SOURCE.name: {"content": SOURCE.read_text(encoding="utf-8")}},
            "settings": {
                "evmVersion": "cancun",
                "outputSelection": {"*": {"*": ["abi", "evm.bytecode.object"]}},
            },
        },
        solc_version="0.8.30",
    )
    output = compiled["contracts"][SOURCE.name][NAME]
    bytecode = {"bytecode": "0x" + output["evm"]["bytecode"]["object"]}
    contract = {"contractName": NAME, "abi": output["abi"], "deploymentBytecode": bytecode}
    return ContractContainer(ContractType.model_validate(contract))


def reentrant_receiver(account: Any) -> Any:
    """Deploys a receiver that does nothing yet when it gets a token."""
    return account.deploy(_container())
