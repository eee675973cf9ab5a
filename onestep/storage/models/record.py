"""What is kept about a person's own plan, in their words."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from onestep.storage.base import Base
from onestep.storage.models.people import Key


class Entry(Base):
    """Something the client told, verbatim, with where and when it was written."""

    __tablename__ = "entry"
    __table_args__ = (
        Index("ix_entry_client", "client_id", "id"),
        Index("ix_entry_kind", "client_id", "kind", "id"),
    )
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversation.id"))
    turn_id: Mapped[str | None] = mapped_column(ForeignKey("turn.id"), index=True)
    kind: Mapped[str]  # noticing | best_hopes | hard | coping | small_step | scale | ...
    part_of: Mapped[str | None] = mapped_column(ForeignKey("entry.id"), index=True)
    part: Mapped[str | None]  # how | helped | who | difference | else | instead | keep | noticed
    message_ids: Mapped[list[Any]]
    words: Mapped[bytes]
    number: Mapped[float | None]
    at: Mapped[datetime]
    zone: Mapped[str]
    coach_may_see: Mapped[bool] = mapped_column(default=True)
    flagged: Mapped[bool] = mapped_column(default=False)
    struck_at: Mapped[datetime | None]
    corrects: Mapped[str | None] = mapped_column(ForeignKey("entry.id"))


class Rating(Base):
    """A client's own placing in an outcome area."""

    __tablename__ = "rating"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), index=True)
    turn_id: Mapped[str | None] = mapped_column(ForeignKey("turn.id"))
    area: Mapped[str]
    stage: Mapped[str]
    entry_id: Mapped[str | None] = mapped_column(ForeignKey("entry.id"))
    at: Mapped[datetime]
    zone: Mapped[str]


class SmallStep(Base):
    """A small sign or step the client chose: its size, the help they want, what became of it."""

    __tablename__ = "small_step"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), index=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id"))
    kind: Mapped[str]  # notice | try
    size: Mapped[str | None]  # too_easy | about_right | too_much
    help_wanted: Mapped[bool | None]
    shown: Mapped[str | None]  # yes | some | no
    outcome_entry_id: Mapped[str | None] = mapped_column(ForeignKey("entry.id"))
    at: Mapped[datetime]


class Person(Base):
    """Someone the client named in an answer; asked about by name for 60 days at most."""

    __tablename__ = "person"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), index=True)
    name: Mapped[bytes]
    named_at: Mapped[datetime]


class Ask(Base):
    """Something for a person to act on: a worry, a letter, a session matter, a question."""

    __tablename__ = "ask"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), index=True)
    turn_id: Mapped[str | None] = mapped_column(ForeignKey("turn.id"))
    about: Mapped[str]  # worry | practical | question | session | delete | record | sender | ...
    detail: Mapped[str | None]  # cannot_come | swap | where | now | ...
    message_ids: Mapped[list[Any]]
    words: Mapped[bytes]
    date_words: Mapped[bytes | None]
    due_at: Mapped[datetime | None]
    at: Mapped[datetime]
    zone: Mapped[str]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(ForeignKey("coach.id"))


class Plan(Base):
    """One line of My plan: the client's own page."""

    __tablename__ = "plan"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), index=True)
    section: Mapped[str]
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id"))
    position: Mapped[int]


class Digest(Base):
    """What a coach reads before a session; made of references, never of copies."""

    __tablename__ = "digest"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), index=True)
    session_id: Mapped[str | None] = mapped_column(ForeignKey("session.id"))
    made_at: Mapped[datetime]
    pushed_at: Mapped[datetime | None]


class Reminder(Base):
    """A client's own reminder, in their words."""

    __tablename__ = "reminder"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), index=True)
    words: Mapped[bytes]
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
