"""Test before invest: a robot cell's digital twin, paid by milestone; an acceptance test fails."""
