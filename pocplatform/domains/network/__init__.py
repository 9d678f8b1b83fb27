"""The chain and the event log as callers see them."""
