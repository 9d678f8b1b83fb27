"""Transactions as callers see them."""
