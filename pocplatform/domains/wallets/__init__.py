"""Wallets, proving one's own, and sessions of those who have."""
