"""A coach answers from their phone, and who asked for a person is told the truth."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A coach answers from their phone, and who asked for a person is told the truth."""
    op.create_table(
        "coach_line",
        sa.Column("message_id", sa.String(length=26), nullable=False),
        sa.Column("coach_id", sa.String(length=26), nullable=False),
        sa.Column("client_id", sa.String(length=26), nullable=True),
        sa.Column("alert_id", sa.String(length=26), nullable=True),
        sa.Column("hand_off_id", sa.String(length=26), nullable=True),
        sa.Column("carries", sa.String(length=26), nullable=True),
        sa.Column("asks_about", sa.String(length=26), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_coach_line_alert_id")),
        sa.ForeignKeyConstraint(
            ["asks_about"], ["message.id"], name=op.f("fk_coach_line_asks_about")
        ),
        sa.ForeignKeyConstraint(["carries"], ["message.id"], name=op.f("fk_coach_line_carries")),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_coach_line_client_id")
        ),
        sa.ForeignKeyConstraint(["coach_id"], ["coach.id"], name=op.f("fk_coach_line_coach_id")),
        sa.ForeignKeyConstraint(
            ["hand_off_id"], ["hand_off.id"], name=op.f("fk_coach_line_hand_off_id")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_coach_line_message_id")
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_coach_line")),
    )
    op.create_index("ix_coach_line_carries", "coach_line", ["carries", "coach_id"], unique=False)
    op.create_index(op.f("ix_coach_line_hand_off_id"), "coach_line", ["hand_off_id"], unique=False)
    op.add_column("hand_off", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "hand_off", sa.Column("step", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("hand_off", sa.Column("promised_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "relay", sa.Column("passed_on", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    # What was carried before is not carried again; whoever waits for a person now is seen to.
    op.execute(sa.text("UPDATE relay SET passed_on = :done").bindparams(done=True))
    op.execute("UPDATE hand_off SET due_at = requested_at WHERE state = 'requested'")
    op.create_index(
        "ix_relay_to_pass_on",
        "relay",
        ["passed_on"],
        unique=False,
        sqlite_where=sa.text("passed_on = 0"),
        postgresql_where=sa.text("NOT passed_on"),
    )
