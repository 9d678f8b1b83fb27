"""Errors of the workbench.

PlatformError
├── CompilerBusy                429  too many compilations at a time
├── InvalidInput                422
│   ├── ArtifactInvalid         422  not what ape, Foundry or Hardhat writes
│   ├── NotDeployable           422  an interface, an abstract contract, or no bytecode
│   ├── ContractTooLarge        422  over the limit of the chain (EIP-170, EIP-3860)
│   ├── LibraryMissing          422  libraries to link were not named
│   ├── NoCodeAtAddress         422  there is no contract at that address
│   ├── AbiUnknown              422  nobody has told the ABI of that address
│   ├── NotPayable              422  ether for a function that takes none
│   ├── FunctionReadsOnly       422  a transaction for what changes nothing
│   └── BytecodeMismatch        422  sources that do not give what is on the chain
└── Conflict                    409
    ├── AddressTaken            409  the same code with the same salt stands there
    └── NotOnChain              409  not mined yet, or its deployment failed
"""

from dataclasses import asdict
from typing import Any

from pocplatform.chain.bytecode import Difference
from pocplatform.kit.errors import Conflict, InvalidInput, PlatformError
from pocplatform.kit.i18n import DEFAULT_LANGUAGE


class CompilerBusy(PlatformError):
    """As many compilations run or wait as may."""

    code = "compiler_busy"
    status = 429
    title = "The compiler is busy"


class ArtifactInvalid(InvalidInput):
    """An artifact that is in none of the forms that are read here."""

    code = "artifact_invalid"
    title = "The artifact cannot be read"


class NotDeployable(InvalidInput):
    """There is nothing to put on the chain."""

    code = "not_deployable"
    title = "This cannot be deployed"


class ContractTooLarge(InvalidInput):
    """More code than the chain takes (EIP-170, EIP-3860)."""

    code = "contract_too_large"
    title = "The contract is too large"


class LibraryMissing(InvalidInput):
    """The bytecode refers to libraries whose addresses were not given."""

    code = "library_missing"
    title = "A library is missing"


class NoCodeAtAddress(InvalidInput):
    """There is no contract at that address.

    Args:
        address: With its checksum.
        param: The field that names it.
    """

    code = "no_code_at_address"
    title = "There is no contract at this address"

    def __init__(self, address: str, param: str = "address") -> None:
        super().__init__(
            "There is no contract at {address}.",
            next_step="Check the address, and that its deployment has been mined.",
            param=param,
            address=address,
        )


class AbiUnknown(InvalidInput):
    """The ABI of a contract is not known here."""

    code = "abi_unknown"
    title = "The contract's ABI is not known"


class NotPayable(InvalidInput):
    """Ether was to be sent to a function, or constructor, that takes none."""

    code = "not_payable"
    title = "This takes no ether"


class FunctionReadsOnly(InvalidInput):
    """A function that changes nothing needs no transaction."""

    code = "function_reads_only"
    title = "The function only reads"


class BytecodeMismatch(InvalidInput):
    """What the sources give is not what stands on the chain.

    Args:
        name: The contract that comes nearest, as ``file:Name``.
        address: Where the other code stands.
        difference: Where it is first another.
    """

    code = "bytecode_mismatch"
    title = "The sources do not give this contract"

    def __init__(self, name: str, address: str, difference: Difference) -> None:
        self.contract = name
        self.difference = difference
        super().__init__(
            "{name} gives another code than stands at {address}: they differ from byte {offset} "
            "on, and have {expected} and {found} bytes.",
            next_step="Compile with the sources and settings of the deployment: optimizer and its "
            "runs, via_ir, EVM version, version of solc. Name the contract if another was meant.",
            name=name,
            address=address,
            offset=difference.offset,
            expected=difference.expected_length,
            found=difference.found_length,
        )

    def extensions(self, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """The contract that was compared, and ``first_difference``."""
        return {"contract": self.contract, "first_difference": asdict(self.difference)}


class AddressTaken(Conflict):
    """The address that the salt leads to has a contract already."""

    code = "address_taken"
    title = "The contract is there already"


class NotOnChain(Conflict):
    """The contract has no address yet, or never will."""

    code = "contract_not_on_chain"
    title = "The contract is not on the chain"
