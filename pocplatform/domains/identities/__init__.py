"""Identities: DIDs in the on-chain registry (did:ethr, ERC-1056) and their resolution."""
