"""A spare part's printing licence."""
