"""Splits: revenue shares of a joint offering, paid to an account of its own and divided."""
