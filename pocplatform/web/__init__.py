"""Pages for people, in Finnish and English, served wholly from our own host."""
