"""Hackathons and workshops: events whose teams get all they need to build with the API."""
