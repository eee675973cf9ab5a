"""What must not be missed: alerts, hand-offs and incidents, and who looked at what."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from onestep.storage.base import Base
from onestep.storage.models.people import Key


class Alert(Base):
    """A concern that a person must see."""

    __tablename__ = "alert"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    client_id: Mapped[str | None] = mapped_column(ForeignKey("client.id"), index=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"))
    level: Mapped[str]  # now | soft | unread
    by: Mapped[str]  # rule | score | sender
    category: Mapped[str | None]
    spans: Mapped[list[Any]]
    state: Mapped[str]  # open | acknowledged | closed | not_a_concern
    to_coach_id: Mapped[str | None] = mapped_column(ForeignKey("coach.id"))
    at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


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
    closed_at: Mapped[datetime | None]


class Relay(Base):
    """One message carried between client and coach inside a hand-off."""

    __tablename__ = "relay"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    hand_off_id: Mapped[str] = mapped_column(ForeignKey("hand_off.id"), index=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"))
    direction: Mapped[str] = mapped_column(String(9))  # to_coach | to_client
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
