"""Everything that knows Ethereum: the only place that imports solcx and eth_account."""
