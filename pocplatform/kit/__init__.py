"""What every layer may use: settings, errors, clock, database, identifiers, money. Imports nothing above it."""
