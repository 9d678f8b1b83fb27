"""assessments

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    text = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "assessments",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", text(), nullable=False),
        sa.Column("org_id", text(), nullable=True),
        sa.Column("about", text(), nullable=False),
        sa.Column("useful", sa.Integer(), nullable=False),
        sa.Column("clear", sa.Integer(), nullable=False),
        sa.Column("invest", sa.Integer(), nullable=False),
        sa.Column("text", text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
    )
    with op.batch_alter_table("assessments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assessments_about"), ["about"], unique=False)
        batch_op.create_index(batch_op.f("ix_assessments_created_ms"), ["created_ms"], unique=False)
        batch_op.create_index(batch_op.f("ix_assessments_org_id"), ["org_id"], unique=False)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("assessments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assessments_org_id"))
        batch_op.drop_index(batch_op.f("ix_assessments_created_ms"))
        batch_op.drop_index(batch_op.f("ix_assessments_about"))

    op.drop_table("assessments")
