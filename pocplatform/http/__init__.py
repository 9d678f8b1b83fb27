"""What every endpoint shares: callers, commands, idempotency, errors, pages of lists. Knows no domain."""
