"""Transactions from intent to receipt: every accepted write is a row before it is an act."""
