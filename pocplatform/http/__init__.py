"""What every endpoint shares: callers, commands, errors, pages of lists. Knows no domain."""
