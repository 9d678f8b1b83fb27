"""What the platform is about: one folder a domain, the same file names in each."""
