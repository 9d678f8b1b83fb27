"""The chain for everybody to look at: blocks, transactions, addresses and contracts, in words.

What is on the chain is public. What tenants have told the sandbox alone is not: organizations are
named where they have published their profile, and of their contracts there is no more than the
chain has.
"""
