"""vouchers and held payments

Revision ID: 0011
Revises: 0019
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0011"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "held_payments",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("holder", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("token", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("recipient", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("units", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("held_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("holder", "token", "recipient"),
        sa.UniqueConstraint("id"),
    )
    with op.batch_alter_table("held_payments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_held_payments_holder"), ["holder"], unique=False)
        batch_op.create_index(batch_op.f("ix_held_payments_recipient"), ["recipient"], unique=False)

    op.create_table(
        "item_cancelled_nonces",
        sa.Column("signer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("nonce", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("signer", "nonce"),
    )
    op.create_table(
        "item_voucher_uses",
        sa.Column("creator", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("nonce", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("creator", "nonce"),
    )
    op.create_table(
        "item_vouchers",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("token_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("creator", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("recipient", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("nonce", sa.BigInteger(), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("creator", "nonce"),
        sa.UniqueConstraint("id"),
    )
    with op.batch_alter_table("item_vouchers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_vouchers_creator"), ["creator"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_vouchers_recipient"), ["recipient"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_vouchers_token_id"), ["token_id"], unique=False)

    with op.batch_alter_table("prepared_writes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("numbers", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("prepared_writes", schema=None) as batch_op:
        batch_op.drop_column("numbers")

    with op.batch_alter_table("item_vouchers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_item_vouchers_token_id"))
        batch_op.drop_index(batch_op.f("ix_item_vouchers_recipient"))
        batch_op.drop_index(batch_op.f("ix_item_vouchers_creator"))

    op.drop_table("item_vouchers")
    op.drop_table("item_voucher_uses")
    op.drop_table("item_cancelled_nonces")
    with op.batch_alter_table("held_payments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_held_payments_recipient"))
        batch_op.drop_index(batch_op.f("ix_held_payments_holder"))

    op.drop_table("held_payments")
