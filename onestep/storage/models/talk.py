"""What is said: messages, the turns that answer them, and what is still being asked."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from onestep.storage.base import Base
from onestep.storage.models.people import Key


class Conversation(Base):
    """A stretch of talk: a first contact, a check-in, or something the client began."""

    __tablename__ = "conversation"
    __table_args__ = (Index("ix_conversation_client", "client_id", "state", "id"),)
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    kind: Mapped[str]  # first_contact | check_in | unprompted
    check_in_id: Mapped[str | None] = mapped_column(ForeignKey("check_in.id"))
    asks_left: Mapped[int]
    hard: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str]  # open | completed | left_open | declined
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class CheckIn(Base):
    """One scheduled outreach; the database refuses a second one on the same local date."""

    __tablename__ = "check_in"
    __table_args__ = (
        UniqueConstraint("client_id", "planned_on"),
        Index("ix_check_in_opened", "client_id", "opened_at"),
    )
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    planned_on: Mapped[date]
    due_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[str]  # due | opened | answered | left_open | expired | cancelled
    reason: Mapped[str | None]
    opened_at: Mapped[datetime | None]


class Message(Base):
    """One line in or out, exactly as it was written."""

    __tablename__ = "message"
    __table_args__ = (
        Index("uq_message_provider", "channel", "provider_id", unique=True),
        Index("ix_message_thread", "client_id", "direction", "at", "id"),
    )
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    client_id: Mapped[str | None] = mapped_column(ForeignKey("client.id"))
    address_id: Mapped[str | None] = mapped_column(ForeignKey("address.id"))
    coach_id: Mapped[str | None] = mapped_column(ForeignKey("coach.id"))
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversation.id"))
    direction: Mapped[str] = mapped_column(String(3))  # in | out
    channel: Mapped[str]
    provider_id: Mapped[str | None]
    kind: Mapped[str]  # text | choice | edit | attachment; out: the wording's key
    text: Mapped[bytes]
    said: Mapped[list[Any] | None]  # out: [{"say"}]; edit: [{"edits"}]
    at: Mapped[datetime]
    sent_at: Mapped[datetime | None]  # by its provider's clock, where that is known
    zone: Mapped[str]
    turn_id: Mapped[str | None] = mapped_column(index=True)
    screen_level: Mapped[str] = mapped_column(default="none")
    screen_by: Mapped[str | None]
    screen_category: Mapped[str | None]
    screen_spans: Mapped[list[Any] | None]
    relayed: Mapped[bool] = mapped_column(default=False)


class Turn(Base):
    """One answered stretch of the client's queue."""

    __tablename__ = "turn"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversation.id"))
    by: Mapped[str]  # bot | application | fallback | relay | screen
    intent: Mapped[str | None]
    confidence: Mapped[float | None]
    model: Mapped[str | None]
    at: Mapped[datetime]


class Command(Base):
    """One command of a turn, as applied or refused; it points at words, it holds none."""

    __tablename__ = "command"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    turn_id: Mapped[str] = mapped_column(ForeignKey("turn.id"), index=True)
    position: Mapped[int]
    name: Mapped[str]
    fields: Mapped[dict[str, Any]]
    refused: Mapped[str | None]


class Prompt(Base):
    """A question the application holds open, so that an answer by number needs no bot."""

    __tablename__ = "prompt"
    __table_args__ = (
        Index(
            "uq_prompt_open",
            "client_id",
            unique=True,
            sqlite_where=text("open = 1"),  # as queries say it, or SQLite does not use it
            postgresql_where=text("open"),
        ),
    )
    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversation.id"))
    message_id: Mapped[str | None] = mapped_column(ForeignKey("message.id"), index=True)
    asks: Mapped[str]
    area: Mapped[str | None]
    choices: Mapped[list[Any]]  # [{"key", "label", "command"?}]
    open: Mapped[bool]
    asked_at: Mapped[datetime]


class Dialogue(Base):
    """The bot's state for one client and the wordings last used: keys and counters, no words."""

    __tablename__ = "dialogue"
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), primary_key=True)
    state: Mapped[dict[str, Any]]
    wordings: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]
