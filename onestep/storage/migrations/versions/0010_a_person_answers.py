"""Alerts climb, people answer them, and who may look in is known."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _add_reference(table: str, column: str, to: str) -> None:
    """Adds a column that points at a row; in words of SQL, as SQLite adds no constraint later."""
    name = f"fk_{table}_{column}"
    reference = f"CONSTRAINT {name} REFERENCES {to} (id)"
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column} VARCHAR(26) {reference}")


def upgrade() -> None:
    """Alerts climb, people answer them, and who may look in is known."""
    op.create_table(
        "browser",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("coach_id", sa.String(length=26), nullable=False),
        sa.Column("named", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["coach_id"], ["coach.id"], name=op.f("fk_browser_coach_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_browser")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_browser_token_hash")),
    )
    op.create_index(op.f("ix_browser_coach_id"), "browser", ["coach_id"], unique=False)
    op.create_table(
        "one_time_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("coach_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["coach_id"], ["coach.id"], name=op.f("fk_one_time_link_coach_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_one_time_link")),
    )
    op.create_index(op.f("ix_one_time_link_coach_id"), "one_time_link", ["coach_id"], unique=False)
    op.create_table(
        "sign_in",
        sa.Column("coach_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("name_hash", sa.String(length=64), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("totp", sa.LargeBinary(), nullable=True),
        sa.Column("totp_used", sa.Integer(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["coach_id"], ["coach.id"], name=op.f("fk_sign_in_coach_id")),
        sa.PrimaryKeyConstraint("coach_id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("name_hash", name=op.f("uq_sign_in_name_hash")),
    )
    op.create_table(
        "break_glass",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("client_id", sa.String(length=26), nullable=False),
        sa.Column("coach_id", sa.String(length=26), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_break_glass_client_id")
        ),
        sa.ForeignKeyConstraint(["coach_id"], ["coach.id"], name=op.f("fk_break_glass_coach_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_glass")),
    )
    op.create_index(op.f("ix_break_glass_client_id"), "break_glass", ["client_id"], unique=False)
    op.create_table(
        "reading",
        sa.Column("message_id", sa.String(length=26), nullable=False),
        sa.Column("coach_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["coach_id"], ["coach.id"], name=op.f("fk_reading_coach_id")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_reading_message_id")
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_reading")),
    )
    op.create_table(
        "alert_message",
        sa.Column("alert_id", sa.String(length=26), nullable=False),
        sa.Column("message_id", sa.String(length=26), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name=op.f("fk_alert_message_alert_id")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_alert_message_message_id")
        ),
        sa.PrimaryKeyConstraint("alert_id", "message_id", name=op.f("pk_alert_message")),
    )
    op.create_table(
        "ring",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("alert_id", sa.String(length=26), nullable=False),
        sa.Column("coach_id", sa.String(length=26), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_ring_alert_id")),
        sa.ForeignKeyConstraint(["coach_id"], ["coach.id"], name=op.f("fk_ring_coach_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ring")),
    )
    op.create_index(op.f("ix_ring_alert_id"), "ring", ["alert_id"], unique=False)
    op.create_table(
        "closing",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("alert_id", sa.String(length=26), nullable=True),
        sa.Column("hand_off_id", sa.String(length=26), nullable=True),
        sa.Column("coach_id", sa.String(length=26), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("happened", sa.LargeBinary(), nullable=True),
        sa.Column("helped", sa.LargeBinary(), nullable=True),
        sa.Column("agreed", sa.LargeBinary(), nullable=True),
        sa.Column("told", sa.LargeBinary(), nullable=True),
        sa.Column("disagreement", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_closing_alert_id")),
        sa.ForeignKeyConstraint(["coach_id"], ["coach.id"], name=op.f("fk_closing_coach_id")),
        sa.ForeignKeyConstraint(
            ["hand_off_id"], ["hand_off.id"], name=op.f("fk_closing_hand_off_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing")),
    )
    op.create_index(op.f("ix_closing_alert_id"), "closing", ["alert_id"], unique=False)
    op.create_index(op.f("ix_closing_hand_off_id"), "closing", ["hand_off_id"], unique=False)
    op.create_table(
        "hand_off_coach",
        sa.Column("hand_off_id", sa.String(length=26), nullable=False),
        sa.Column("coach_id", sa.String(length=26), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["coach_id"], ["coach.id"], name=op.f("fk_hand_off_coach_coach_id")
        ),
        sa.ForeignKeyConstraint(
            ["hand_off_id"], ["hand_off.id"], name=op.f("fk_hand_off_coach_hand_off_id")
        ),
        sa.PrimaryKeyConstraint("hand_off_id", "coach_id", name=op.f("pk_hand_off_coach")),
    )
    op.create_table(
        "note",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("client_id", sa.String(length=26), nullable=False),
        sa.Column("hand_off_id", sa.String(length=26), nullable=True),
        sa.Column("coach_id", sa.String(length=26), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_note_client_id")),
        sa.ForeignKeyConstraint(["coach_id"], ["coach.id"], name=op.f("fk_note_coach_id")),
        sa.ForeignKeyConstraint(
            ["hand_off_id"], ["hand_off.id"], name=op.f("fk_note_hand_off_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index(op.f("ix_note_client_id"), "note", ["client_id"], unique=False)
    op.add_column("alert", sa.Column("ref", sa.String(length=8), nullable=True))
    op.add_column("alert", sa.Column("detail", sa.String(), nullable=True))
    op.add_column(
        "alert", sa.Column("step", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("alert", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("alert", sa.Column("promised_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("alert", sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("alert", sa.Column("outcome", sa.String(), nullable=True))
    op.create_index("ix_alert_due", "alert", ["state", "due_at"], unique=False)
    _add_reference("alert", "closed_by", "coach")
    _add_reference("alert", "about_coach_id", "coach")
    _add_reference("alert", "acknowledged_by", "coach")
    _add_reference("alert", "incident_id", "incident")
    _add_reference("hand_off", "closed_by", "coach")
    op.create_index(op.f("ix_alert_incident_id"), "alert", ["incident_id"], unique=False)
    op.create_index("uq_alert_ref", "alert", ["ref"], unique=True)
    op.add_column(
        "coach", sa.Column("safeguarding", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("coach", sa.Column("hours", sa.JSON(), nullable=True))
    op.add_column("coach", sa.Column("zone", sa.String(), nullable=True))
    op.add_column("safe_contact", sa.Column("phone", sa.LargeBinary(), nullable=True))
    op.add_column("safe_contact", sa.Column("emergency_contact", sa.LargeBinary(), nullable=True))
