"""What the contract tests share: signatures, terms, expectations. It knows only ape."""
