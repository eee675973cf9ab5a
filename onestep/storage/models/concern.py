"""What must not be missed: alerts, hand-offs and incidents, and who looked at what."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from onestep.storage.base import Base
from onestep.storage.models.people import Key


class Alert(Base):
    """A concern that a person must see."""

    __tablename__ = "alert"
    __table_args__ = (
        Index("ix_alert_due", "state", "due_at"),
        Index("uq_alert_ref", "ref", unique=True),
    )
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    ref: Mapped[str | None] = mapped_column(String(8))  # what a notice calls it
    client_id: Mapped[str | None] = mapped_column(ForeignKey("client.id"), index=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"))
    level: Mapped[str]  # now | soft | unread
    by: Mapped[str]  # rule | score | sender
    category: Mapped[str | None]
    detail: Mapped[str | None]
    spans: Mapped[list[Any]]
    state: Mapped[str]  # open | acknowledged | closed | not_a_concern
    to_coach_id: Mapped[str | None] = mapped_column(ForeignKey("coach.id"))
    # Whom a worry about us names: neither told of it nor shown it.
    about_coach_id: Mapped[str | None] = mapped_column(ForeignKey("coach.id"))
    incident_id: Mapped[str | None] = mapped_column(ForeignKey("incident.id"), index=True)
    step: Mapped[int] = mapped_column(default=0, server_default=text("0"))  # how far it climbed
    # When its clock strikes next: nobody has it yet, or whoever has it entered nothing.
    due_at: Mapped[datetime | None]
    promised_at: Mapped[datetime | None]  # by when the client was told that a person would come
    at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(ForeignKey("coach.id"))
    outcome: Mapped[str | None]  # spoke | tried | emergency | passed | plan
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(ForeignKey("coach.id"))


class AlertMessage(Base):
    """One message that an alert is about: the first, and each that came while it rang."""

    __tablename__ = "alert_message"
    alert_id: Mapped[str] = mapped_column(ForeignKey("alert.id"), primary_key=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"), primary_key=True)
    level: Mapped[str]
    by: Mapped[str]
    category: Mapped[str | None]
    detail: Mapped[str | None]
    spans: Mapped[list[Any]]
    at: Mapped[datetime]


class Ring(Base):
    """One telling of one person of an alert, on every way that reaches them."""

    __tablename__ = "ring"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    alert_id: Mapped[str] = mapped_column(ForeignKey("alert.id"), index=True)
    coach_id: Mapped[str] = mapped_column(ForeignKey("coach.id"))
    step: Mapped[int]
    because: Mapped[str]  # raised | climbed | again | late | note
    at: Mapped[datetime]


class HandOff(Base):
    """A stretch in which a person answers and the bot is silent."""

    __tablename__ = "hand_off"
    __table_args__ = (
        Index(
            "uq_hand_off_open",
            "client_id",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
    )
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    state: Mapped[str]  # requested | open | closed
    because: Mapped[str]  # asked | concern | coach
    to: Mapped[str]  # coach | someone_else
    coach_id: Mapped[str | None] = mapped_column(ForeignKey("coach.id"))
    alert_id: Mapped[str | None] = mapped_column(ForeignKey("alert.id"))
    requested_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    # While nobody has come: when the next is asked, how many were, and by when one was promised.
    due_at: Mapped[datetime | None]
    step: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    promised_at: Mapped[datetime | None]
    no_way_told_at: Mapped[datetime | None]  # when its coaches heard that no text reaches them
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(ForeignKey("coach.id"))


class HandOffCoach(Base):
    """One coach who is in a hand-off; several may join."""

    __tablename__ = "hand_off_coach"
    hand_off_id: Mapped[str] = mapped_column(ForeignKey("hand_off.id"), primary_key=True)
    coach_id: Mapped[str] = mapped_column(ForeignKey("coach.id"), primary_key=True)
    joined_at: Mapped[datetime]


class Closing(Base):
    """What a person wrote down when an alert or a hand-off ended; each answer sealed, or empty."""

    __tablename__ = "closing"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    alert_id: Mapped[str | None] = mapped_column(ForeignKey("alert.id"), index=True)
    hand_off_id: Mapped[str | None] = mapped_column(ForeignKey("hand_off.id"), index=True)
    coach_id: Mapped[str] = mapped_column(ForeignKey("coach.id"))
    outcome: Mapped[str | None]  # as of an alert
    happened: Mapped[bytes | None]  # in the client's words
    helped: Mapped[bytes | None]
    agreed: Mapped[bytes | None]
    told: Mapped[bytes | None]  # who else was told
    disagreement: Mapped[bytes | None]
    at: Mapped[datetime]


class Note(Base):
    """A line from one colleague to the others about a client; no client ever gets it."""

    __tablename__ = "note"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), index=True)
    hand_off_id: Mapped[str | None] = mapped_column(ForeignKey("hand_off.id"))
    coach_id: Mapped[str] = mapped_column(ForeignKey("coach.id"))
    words: Mapped[bytes]
    at: Mapped[datetime]


class Reading(Base):
    """A person marked a client's message as read."""

    __tablename__ = "reading"
    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"), primary_key=True)
    coach_id: Mapped[str] = mapped_column(ForeignKey("coach.id"))
    at: Mapped[datetime]


class Relay(Base):
    """One message carried between client and coach inside a hand-off."""

    __tablename__ = "relay"
    __table_args__ = (
        Index(
            "ix_relay_to_pass_on",
            "passed_on",
            sqlite_where=text("passed_on = 0"),  # as queries say it, or SQLite does not use it
            postgresql_where=text("NOT passed_on"),
        ),
    )
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    hand_off_id: Mapped[str] = mapped_column(ForeignKey("hand_off.id"), index=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"), index=True)
    direction: Mapped[str] = mapped_column(String(9))  # to_coach | to_client
    at: Mapped[datetime]
    # To a coach: whether the phones of those who are in it have been seen to.
    passed_on: Mapped[bool] = mapped_column(default=False, server_default=false())
    # To a client: the trouble with it that its coach was told of, by the state of the row.
    told: Mapped[str | None]


class CoachLine(Base):
    """What a message to a coach's phone is about, so that a reply to it finds its way."""

    __tablename__ = "coach_line"
    __table_args__ = (Index("ix_coach_line_carries", "carries", "coach_id"),)
    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"), primary_key=True)
    coach_id: Mapped[str] = mapped_column(ForeignKey("coach.id"))
    client_id: Mapped[str | None] = mapped_column(ForeignKey("client.id"))
    alert_id: Mapped[str | None] = mapped_column(ForeignKey("alert.id"))
    hand_off_id: Mapped[str | None] = mapped_column(ForeignKey("hand_off.id"), index=True)
    carries: Mapped[str | None] = mapped_column(ForeignKey("message.id"))  # the client's message
    # Of "which client?": the coach's own words that wait for the answer.
    asks_about: Mapped[str | None] = mapped_column(ForeignKey("message.id"))
    at: Mapped[datetime]


class Incident(Base):
    """A concern from someone unknown or not yet agreed; linked to no record until checked."""

    __tablename__ = "incident"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"))
    address_id: Mapped[str] = mapped_column(ForeignKey("address.id"))
    level: Mapped[str]
    category: Mapped[str | None]
    at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Audit(Base):
    """Who did or read what, when; append-only, each line chained to the one before."""

    __tablename__ = "audit"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    who: Mapped[str]
    what: Mapped[str]
    whom: Mapped[str | None]
    why: Mapped[str | None]
    at: Mapped[datetime]
    chain: Mapped[str] = mapped_column(String(64))
