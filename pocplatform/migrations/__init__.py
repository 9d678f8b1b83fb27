"""Changes of the database's schema, applied in order at every start (Alembic)."""
