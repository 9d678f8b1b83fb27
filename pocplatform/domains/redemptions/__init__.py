"""Redemptions: tEUR given back at par, to be paid out in the simulation."""
