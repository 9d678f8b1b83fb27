"""Data protection: what is on the chain about somebody, and making it say nothing any more."""
