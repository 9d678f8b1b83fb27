"""Mutation runs: small faults are put into the contracts, and the tests have to notice them."""
