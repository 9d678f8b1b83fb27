"""Organizations that take part: their wallets and secret keys."""
