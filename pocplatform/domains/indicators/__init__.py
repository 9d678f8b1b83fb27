"""The programme's indicators by year, counted from what is there."""
