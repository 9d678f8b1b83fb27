"""Batch payouts: many transfers in one request."""
