"""A marketplace of side streams."""
