"""The contracts that the platform deploys, with their constructor arguments."""

from pocplatform.chain.deployer import ContractSpec, DeploymentSet, Operator, Ref
from pocplatform.kit.money import to_units

FAUCET_LIMIT_CENTS = 10_000_000
"""Test money an address can draw in one period: 100,000 tEUR."""
FAUCET_PERIOD_S = 86_400


def deployment_set(operator: str) -> DeploymentSet:
    """The whole set for an operator's address, which administers every contract."""
    return DeploymentSet(
        [
            ContractSpec("DidRegistry"),
            ContractSpec("TrustedIssuers", args=(Operator,)),
            ContractSpec("CredentialStatus", args=(Ref("TrustedIssuers"),)),
            ContractSpec(
                "PilotEuro",
                args=(Operator, Operator, to_units(FAUCET_LIMIT_CENTS), FAUCET_PERIOD_S),
            ),
            ContractSpec(
                "ServiceAgreements",
                args=(Operator, Ref("PilotEuro"), [], Ref("CredentialStatus")),
            ),
            ContractSpec("Invoices", args=(Ref("PilotEuro"),)),
            ContractSpec("Mandates", args=(Ref("PilotEuro"),)),
            ContractSpec("Splits"),
        ],
        {"operator": operator},
    )
