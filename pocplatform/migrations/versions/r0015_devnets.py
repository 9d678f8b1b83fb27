"""devnets of teams

Revision ID: 0015
Revises: 0012
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0015"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "devnets",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("org_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.Column("balances", sa.JSON(), nullable=False),
        sa.Column("contracts", sa.Boolean(), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("state_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("unsaved", sa.Boolean(), nullable=False),
        sa.Column("recovery", sa.JSON(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_ms", sa.BigInteger(), nullable=False),
        sa.Column("deleted_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
    )
    with op.batch_alter_table("devnets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_devnets_org_id"), ["org_id"], unique=False)

    op.create_table(
        "devnet_states",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("devnet_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("file", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("block", sa.BigInteger(), nullable=False),
        sa.Column("timestamp", sa.BigInteger(), nullable=False),
        sa.Column("aside", sa.JSON(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
    )
    with op.batch_alter_table("devnet_states", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_devnet_states_devnet_id"), ["devnet_id"], unique=False)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("devnet_states", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_devnet_states_devnet_id"))

    op.drop_table("devnet_states")
    with op.batch_alter_table("devnets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_devnets_org_id"))

    op.drop_table("devnets")
