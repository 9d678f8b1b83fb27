"""Payments in tEUR: test money, transfers, balances."""
