"""Behaviour that contracts share: a test class inherits a suite and gives its fixtures."""
