"""Service agreements: drafted and signed off the chain, in force and paid on it."""
