"""Plain models of the contracts: what each must do, written down without any Solidity."""
