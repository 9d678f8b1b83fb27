"""What every layer may use: settings, errors, clock, database, money. Imports nothing above it."""
