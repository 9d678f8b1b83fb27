"""What organizations have chosen to tell everybody about themselves."""
