"""pocplatform: a sandbox for blockchain-backed identity, agreements and payments."""

__version__ = "0.1.0"
