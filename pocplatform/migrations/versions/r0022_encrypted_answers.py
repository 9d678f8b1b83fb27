"""encrypted answers

Revision ID: 0022
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("presentation_requests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answer_key", sa.LargeBinary(), nullable=True))
        batch_op.add_column(
            sa.Column("encrypted", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("presentation_requests", schema=None) as batch_op:
        batch_op.alter_column("encrypted", server_default=None)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("presentation_requests", schema=None) as batch_op:
        batch_op.drop_column("encrypted")
        batch_op.drop_column("answer_key")
