"""Seconds of a day, and millionths of a euro."""

DAY = 86_400
EURO = 10**6
