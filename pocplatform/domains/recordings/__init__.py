"""The request log, and recordings of what a developer does, to be replayed as a program."""
