"""what is due

Moments at which jobs have something to do become columns with indexes, so that a job reads what is
due and nothing else. Those of read models are written when these are written anew, which is asked
for here.

Revision ID: 0012
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _add_sign_by()
    with op.batch_alter_table("agreement_states", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ends_at", sa.BigInteger(), nullable=True))
        batch_op.create_index(
            "ix_agreement_states_ends", ["state", "ends_at", "agreement_hash"], unique=False
        )

    with op.batch_alter_table("milestone_states", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_at", sa.BigInteger(), nullable=True))
        batch_op.create_index(
            "ix_milestone_states_due",
            ["state", "due_at", "agreement_hash", "index"],
            unique=False,
        )

    with op.batch_alter_table("mandates", schema=None) as batch_op:
        batch_op.add_column(sa.Column("look_at", sa.BigInteger(), nullable=True))
        batch_op.drop_index(batch_op.f("ix_mandates_schedule_cents"))
        batch_op.create_index("ix_mandates_look_at", ["look_at", "seq"], unique=False)
    op.execute("UPDATE mandates SET look_at = 0 WHERE schedule_cents IS NOT NULL")

    with op.batch_alter_table("parcel_states", schema=None) as batch_op:
        batch_op.add_column(sa.Column("release_after", sa.BigInteger(), nullable=True))
        batch_op.create_index(
            "ix_parcel_states_release", ["release_after", "token_id"], unique=False
        )

    with op.batch_alter_table("credential_offers", schema=None) as batch_op:
        batch_op.create_index(
            "ix_credential_offers_forgotten", ["forgotten", "expires_ms"], unique=False
        )
    with op.batch_alter_table("presentation_requests", schema=None) as batch_op:
        batch_op.create_index(
            "ix_presentation_requests_forgotten", ["forgotten", "answered_ms"], unique=False
        )
    with op.batch_alter_table("webhook_deliveries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_webhook_deliveries_created_ms"), ["created_ms"], unique=False
        )
    _write_read_models_anew()


def _add_sign_by() -> None:
    """A column of the terms' ``signBy``."""
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("sign_by", sa.BigInteger(), nullable=False, server_default="0")
        )
        batch_op.create_index(batch_op.f("ix_agreements_sign_by"), ["sign_by"], unique=False)
    agreements = sa.table(
        "agreements", sa.column("terms", sa.JSON()), sa.column("sign_by", sa.BigInteger())
    )
    said = sa.cast(agreements.c.terms["signBy"].as_string(), sa.BigInteger())
    op.execute(agreements.update().values(sign_by=said))


def _write_read_models_anew() -> None:
    """As after a projection that has raised: the next start writes them from the first block."""
    op.execute(
        "INSERT INTO checkpoints (name, block_number) "
        "SELECT 'read_models_stopped', 0 FROM checkpoints WHERE name = 'read_models' "
        "AND NOT EXISTS (SELECT 1 FROM checkpoints WHERE name = 'read_models_stopped')"
    )


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("webhook_deliveries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_webhook_deliveries_created_ms"))
    with op.batch_alter_table("presentation_requests", schema=None) as batch_op:
        batch_op.drop_index("ix_presentation_requests_forgotten")
    with op.batch_alter_table("credential_offers", schema=None) as batch_op:
        batch_op.drop_index("ix_credential_offers_forgotten")
    with op.batch_alter_table("parcel_states", schema=None) as batch_op:
        batch_op.drop_index("ix_parcel_states_release")
        batch_op.drop_column("release_after")
    with op.batch_alter_table("mandates", schema=None) as batch_op:
        batch_op.drop_index("ix_mandates_look_at")
        batch_op.create_index(
            batch_op.f("ix_mandates_schedule_cents"), ["schedule_cents"], unique=False
        )
        batch_op.drop_column("look_at")
    with op.batch_alter_table("milestone_states", schema=None) as batch_op:
        batch_op.drop_index("ix_milestone_states_due")
        batch_op.drop_column("due_at")
    with op.batch_alter_table("agreement_states", schema=None) as batch_op:
        batch_op.drop_index("ix_agreement_states_ends")
        batch_op.drop_column("ends_at")
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreements_sign_by"))
        batch_op.drop_column("sign_by")
