"""What the platform costs, measured: ``scripts/bench``."""
