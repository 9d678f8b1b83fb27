"""Parcels: places in spaces, which are owned, sold and rented with a deposit."""
