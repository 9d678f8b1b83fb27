"""Held payments: money that the token refused to pay out, and that waits for its owner."""
