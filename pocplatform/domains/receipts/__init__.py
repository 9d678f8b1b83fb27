"""Receipts to take home: what was done, with a code by which anybody can check it."""
