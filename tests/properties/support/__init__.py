"""What the state machines stand on: a chain, people who sign, and the machine itself."""
