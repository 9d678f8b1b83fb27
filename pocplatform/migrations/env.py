"""Alembic's environment: the connection comes from :mod:`pocplatform.kit.database`."""

from alembic import context
from sqlmodel import SQLModel

from pocplatform.migrations.tables import import_all_tables

import_all_tables()

connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError("Migrations run through Database.migrate(), which gives the connection.")
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
