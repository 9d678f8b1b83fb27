"""known codes

Revision ID: 0017
Revises: 0013
"""

import secrets

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0017"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "known_codes",
        sa.Column("fingerprint", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("differing", sa.JSON(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("abi", sa.JSON(), nullable=False),
        sa.Column("compiled", sa.Boolean(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
    with op.batch_alter_table("known_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_known_codes_length"), ["length"], unique=False)
    with op.batch_alter_table("contracts", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("implementation", sqlmodel.sql.sqltypes.AutoString(), nullable=True)
        )
        batch_op.add_column(
            sa.Column("docs_token", sqlmodel.sql.sqltypes.AutoString(), nullable=True)
        )
    contracts = sa.table("contracts", sa.column("seq"), sa.column("docs_token"))
    connection = op.get_bind()
    for (seq,) in connection.execute(sa.select(contracts.c.seq)).all():
        connection.execute(
            sa.update(contracts)
            .where(contracts.c.seq == seq)
            .values(docs_token=secrets.token_urlsafe(18))
        )
    with op.batch_alter_table("contracts", schema=None) as batch_op:
        batch_op.alter_column(
            "docs_token", existing_type=sqlmodel.sql.sqltypes.AutoString(), nullable=False
        )
        batch_op.create_index(batch_op.f("ix_contracts_docs_token"), ["docs_token"], unique=True)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("contracts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contracts_docs_token"))
        batch_op.drop_column("docs_token")
        batch_op.drop_column("implementation")

    with op.batch_alter_table("known_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_known_codes_length"))

    op.drop_table("known_codes")
