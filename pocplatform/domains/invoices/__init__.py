"""Invoices: requests for payment signed by their payee, paid in whole or in parts, refunded."""
