"""The contracts that the platform deploys, with their constructor arguments."""

from pocplatform.chain.deployer import ContractSpec, DeploymentSet, Operator, Ref
from pocplatform.chain.ready_made import PERMIT2_SALT, multicall3_transaction
from pocplatform.kit.money import to_units

FAUCET_LIMIT_CENTS = 10_000_000
"""Test money an address can draw in one period: 100,000 tEUR."""
FAUCET_PERIOD_S = 86_400

ITEM_URI = "/v1/items/{id}"
"""Where an item is described. A relative reference, for whichever gateway one uses: the contracts
have the same code and address in every sandbox."""
PARCEL_BASE_URI = "/v1/parcels/"
"""What the number of a parcel is appended to for the address of its description; relative too."""
MARKET_FEE_BPS = 100
"""What the operator gets of each sale: 1 %."""

FORWARDER_NAME = "ERC2771Forwarder"
"""The forwarder's name in the EIP-712 domain that requests are signed for; its version is 1."""


def deployment_set(operator: str) -> DeploymentSet:
    """The whole set for an operator's address, which administers every contract of ours."""
    return DeploymentSet([*_own(), *_ready_made()], {"operator": operator})


OPERATORS_ETHER = 10**9 * 10**18
"""Wei of the operator's account in the first block of our own devnet; what the faucet gives."""


def first_balances(operator: str) -> dict[str, int]:
    """Wei that accounts of our own devnet begin with."""
    return {**keyless_costs(), operator: OPERATORS_ETHER}


def keyless_costs() -> dict[str, int]:
    """What the senders of keyless transactions need, in wei, by address."""
    transactions = [spec.keyless for spec in _ready_made() if spec.keyless is not None]
    return {transaction.sender: transaction.cost for transaction in transactions}


def _own() -> list[ContractSpec]:
    euro, status = Ref("PilotEuro"), Ref("CredentialStatus")
    return [
        ContractSpec("DidRegistry"),
        ContractSpec("TrustedIssuers", args=(Operator,)),
        ContractSpec("CredentialStatus", args=(Ref("TrustedIssuers"),)),
        ContractSpec(
            "PilotEuro", args=(Operator, Operator, to_units(FAUCET_LIMIT_CENTS), FAUCET_PERIOD_S)
        ),
        ContractSpec("ServiceAgreements", args=(Operator, euro, [], status)),
        ContractSpec("Invoices", args=(euro,)),
        ContractSpec("Mandates", args=(euro,)),
        ContractSpec("Splits"),
        ContractSpec("Items", args=(ITEM_URI,)),
        ContractSpec("Spaces", args=(Ref("DidRegistry"), Ref("Items"), status)),
        ContractSpec("Parcels", args=(Ref("Spaces"), euro, PARCEL_BASE_URI)),
        ContractSpec("Market", args=(euro, Operator, MARKET_FEE_BPS)),
    ]


def _ready_made() -> list[ContractSpec]:
    """Contracts of others, which teams expect to find; see :mod:`pocplatform.chain.ready_made`."""
    return [
        ContractSpec("SchemaRegistry", optional=True),
        ContractSpec("EAS", args=(Ref("SchemaRegistry"),), optional=True),
        ContractSpec("ERC2771Forwarder", args=(FORWARDER_NAME,), optional=True),
        ContractSpec("Permit2", salt=PERMIT2_SALT, optional=True),
        ContractSpec("Multicall3", keyless=multicall3_transaction(), optional=True),
    ]
