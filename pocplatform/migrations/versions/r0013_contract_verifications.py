"""contract verifications

Revision ID: 0013
Revises: 0018
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0013"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "contract_verifications",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("contract_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("org_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("compilation_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("contract", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("runtime_match", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("creation_match", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("arguments", sa.JSON(), nullable=True),
        sa.Column("libraries", sa.JSON(), nullable=False),
        sa.Column("immutables", sa.JSON(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
    )
    with op.batch_alter_table("contract_verifications", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_contract_verifications_contract_id"), ["contract_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_contract_verifications_address"), ["address"], unique=False
        )


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("contract_verifications", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract_verifications_address"))
        batch_op.drop_index(batch_op.f("ix_contract_verifications_contract_id"))
    op.drop_table("contract_verifications")
