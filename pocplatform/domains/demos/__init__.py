"""Runs of guided demos: who plays, how far they have come, what each step has shown."""
