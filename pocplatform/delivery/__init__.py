"""Brings events to those they concern: as a stream, and as webhooks."""
