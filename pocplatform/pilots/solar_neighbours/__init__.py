"""Neighbours trade solar power by quarter-hour readings; a wrong reading is corrected."""
