"""replaced assessments

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

# Of several about the same thing, the last one holds.
_REPLACED = """
UPDATE assessments SET replaced_ms = (
    SELECT MIN(later.created_ms) FROM assessments AS later
    WHERE later.about = assessments.about
    AND (later.org_id = assessments.org_id OR (later.org_id IS NULL AND assessments.org_id IS NULL))
    AND later.seq > assessments.seq
)
"""


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("assessments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("replaced_ms", sa.BigInteger(), nullable=True))
    op.execute(_REPLACED)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("assessments", schema=None) as batch_op:
        batch_op.drop_column("replaced_ms")
