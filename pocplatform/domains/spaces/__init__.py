"""Shared spaces: who owns each, who may enter it, who is in it, where it leads to."""
