"""Devnets of one's own: a private chain a team can save, put back and take through time."""
