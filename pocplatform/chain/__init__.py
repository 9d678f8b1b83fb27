"""Everything that knows Ethereum: the only place that imports web3, solcx and eth_account."""
