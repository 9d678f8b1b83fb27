"""Credentials: W3C Verifiable Credentials, their status on the chain, and whom to trust."""
