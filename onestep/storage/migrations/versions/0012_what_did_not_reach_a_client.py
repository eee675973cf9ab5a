"""A coach hears what of theirs did not reach a client, once."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A coach hears what of theirs did not reach a client, once."""
    op.add_column(
        "hand_off", sa.Column("no_way_told_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("relay", sa.Column("told", sa.String(), nullable=True))
    op.create_index(op.f("ix_relay_message_id"), "relay", ["message_id"], unique=False)
