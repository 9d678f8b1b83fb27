"""How a run can end."""


class Failed(Exception):
    """A figure that does not count: something was lost or does not agree."""
