"""pocplatform: a sandbox for blockchain-backed identity, agreements and payments."""

import time

__version__ = "0.1.0"

LOADED_AT = time.monotonic()
"""When this process began to load the platform: what a start is timed from."""
