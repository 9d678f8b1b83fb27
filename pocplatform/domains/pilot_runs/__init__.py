"""Evaluations of pilots that were run, kept so that reports can be made of them."""
