"""OpenID4VP 1.0: presentations asked of wallets elsewhere."""
