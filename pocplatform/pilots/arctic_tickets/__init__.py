"""Tickets of an arctic experience, with a resale cap."""
