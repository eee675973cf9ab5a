"""When a message was sent, by its provider's clock."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """When a message was sent, by its provider's clock."""
    op.add_column("message", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
