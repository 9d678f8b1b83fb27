"""From blocks to read models and the event log: truth flows up from the chain."""
