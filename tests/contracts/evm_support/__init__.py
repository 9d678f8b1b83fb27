"""What the contract tests share: signatures, terms, expectations. It knows ape, and nothing of the platform."""
