"""Errors of wallets and signing in. (Those of the signed message are chain/siwe.py's.)

PlatformError
├── InvalidInput
│   └── OrganizationUnclear   422  the wallet may act for several, or not for this one
└── Conflict
    └── WalletTaken           409  another organization acts by this wallet
"""

from pocplatform.kit.errors import Conflict, InvalidInput


class OrganizationUnclear(InvalidInput):
    """A wallet that may act for several organizations, or not for the one that is named."""

    code = "organization_unclear"
    title = "It is not clear for whom to act"


class WalletTaken(Conflict):
    """A wallet by which somebody acts already."""

    code = "wallet_taken"
    title = "The wallet is in use"
