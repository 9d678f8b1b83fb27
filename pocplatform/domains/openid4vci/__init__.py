"""OpenID4VCI 1.0: credentials issued to wallets elsewhere, by a pre-authorised code."""
