"""Indexes for what every turn asks, so that a long history does not slow it."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Indexes for what every turn asks, so that a long history does not slow it."""
    op.drop_index(op.f("ix_conversation_client_id"), "conversation")
    op.create_index("ix_conversation_client", "conversation", ["client_id", "state", "id"])
    op.drop_index(op.f("ix_check_in_client_id"), "check_in")
    op.create_index("ix_check_in_opened", "check_in", ["client_id", "opened_at"])
