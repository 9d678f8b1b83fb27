"""The append-only event log: what happened, in order, for those it concerns."""
