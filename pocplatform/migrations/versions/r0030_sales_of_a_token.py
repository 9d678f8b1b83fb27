"""sales of a token are found without reading all of them

Revision ID: 0030
Revises: 0026
"""

from alembic import op

revision = "0030"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("market_sales", schema=None) as batch_op:
        batch_op.create_index("ix_market_sales_of_token", ["collection", "token_id"], unique=False)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("market_sales", schema=None) as batch_op:
        batch_op.drop_index("ix_market_sales_of_token")
