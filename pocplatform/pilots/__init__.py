"""Pilots: scenarios that use the sandbox as anybody can, through its public HTTP API."""
