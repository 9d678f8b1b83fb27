"""What the contract tests share: contracts, signatures, terms, expectations."""
