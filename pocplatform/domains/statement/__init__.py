"""Statements of account: every movement of tEUR of a wallet, as the chain has it."""
