"""pilot runs

Revision ID: 0024
Revises: 0020
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0024"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    text = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "pilot_runs",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", text(), nullable=False),
        sa.Column("run", text(), nullable=False),
        sa.Column("pilot", text(), nullable=False),
        sa.Column("area", text(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("transactions", sa.Integer(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=False),
        sa.Column("hash", text(), nullable=False),
        sa.Column("evaluation", sa.JSON(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("run"),
    )
    with op.batch_alter_table("pilot_runs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pilot_runs_pilot"), ["pilot"], unique=False)
        batch_op.create_index(batch_op.f("ix_pilot_runs_ended_ms"), ["ended_ms"], unique=False)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("pilot_runs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pilot_runs_ended_ms"))
        batch_op.drop_index(batch_op.f("ix_pilot_runs_pilot"))

    op.drop_table("pilot_runs")
