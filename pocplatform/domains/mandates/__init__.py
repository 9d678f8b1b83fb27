"""Mandates: recurring pull payments that the payer has signed a cap for, a direct debit."""
