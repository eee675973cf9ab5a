"""Which messages have buttons that still lie on a phone."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Which messages have buttons that still lie on a phone."""
    op.add_column(
        "outbox", sa.Column("buttons", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index(
        "ix_outbox_buttons",
        "outbox",
        ["seq"],
        sqlite_where=sa.text("buttons = 1"),
        postgresql_where=sa.text("buttons"),
    )
