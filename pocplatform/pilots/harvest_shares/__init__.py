"""A farm's harvest shares, with a frost pool."""
