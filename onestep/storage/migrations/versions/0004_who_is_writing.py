"""Joining asks first, a new number takes over from an old one, and the safe hours are kept."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Joining asks first, a new number takes over from an old one, and the safe hours are kept."""
    op.add_column(
        "invite", sa.Column("kind", sa.String(), nullable=False, server_default=sa.text("'join'"))
    )
    op.add_column(
        "invite", sa.Column("quietly", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("safe_contact", sa.Column("safe_days", sa.JSON(), nullable=True))
    op.add_column("safe_contact", sa.Column("safe_from", sa.String(), nullable=True))
    op.add_column("safe_contact", sa.Column("safe_until", sa.String(), nullable=True))
    op.add_column(
        "safe_contact", sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index("ix_outbox_address", "outbox", ["address_id", "queued_at"])
    op.create_table(
        "joining",
        sa.Column("address_id", sa.String(length=26), nullable=False),
        sa.Column("invite_id", sa.String(length=26), nullable=False),
        sa.Column("prompt", sa.String(length=26), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name=op.f("fk_joining_address_id_address")
        ),
        sa.ForeignKeyConstraint(
            ["invite_id"], ["invite.id"], name=op.f("fk_joining_invite_id_invite")
        ),
        sa.PrimaryKeyConstraint("address_id", name=op.f("pk_joining")),
    )
