"""Breaks the running platform on purpose and counts, by the chain alone, what became of writes."""
