"""Who there is: services' coaches, their clients, and how each can be reached."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from onestep.storage.base import ID_LENGTH, Base

Key = String(ID_LENGTH)


class Coach(Base):
    """A coach or a lead of this service."""

    __tablename__ = "coach"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    name: Mapped[bytes]
    role: Mapped[str] = mapped_column(default="coach")  # coach | lead
    active: Mapped[bool] = mapped_column(default=True)
    # Told, with the lead, of a worry about us.
    safeguarding: Mapped[bool] = mapped_column(default=False, server_default=false())
    hours: Mapped[list[Any] | None]  # [[weekday, "09:00", "17:00"]]; null is the office's
    zone: Mapped[str | None]  # an IANA name; null is the service's
    created_at: Mapped[datetime]


class Client(Base):
    """A person the service coaches, or has invited."""

    __tablename__ = "client"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    called: Mapped[bytes]
    coach_id: Mapped[str] = mapped_column(ForeignKey("coach.id"), index=True)
    enrolment: Mapped[str]  # invited | declined | enrolled | erased
    contact: Mapped[str]  # active | paused | stopped | ended | unreachable
    contact_since: Mapped[datetime]
    paused_until: Mapped[datetime | None]
    waiting_for_them: Mapped[bool] = mapped_column(default=False)
    held: Mapped[str | None]  # why outreach waits for a person: concern, sender, exit; else null
    made_up: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Address(Base):
    """One way to reach a client or a coach: a channel and a value on it."""

    __tablename__ = "address"
    __table_args__ = (UniqueConstraint("channel", "value_hash"),)
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    client_id: Mapped[str | None] = mapped_column(ForeignKey("client.id"), index=True)
    coach_id: Mapped[str | None] = mapped_column(ForeignKey("coach.id"), index=True)
    channel: Mapped[str]
    value: Mapped[bytes]
    value_hash: Mapped[str] = mapped_column(String(64))
    preferred: Mapped[bool] = mapped_column(default=True)
    # live | dead | moved (another took its place) | cut_off (a wrong number)
    state: Mapped[str] = mapped_column(default="live")
    not_before: Mapped[datetime | None]  # pace: nothing ordinary goes there before
    created_at: Mapped[datetime]


class Consent(Base):
    """One answer to being texted, with the wording that was shown."""

    __tablename__ = "consent"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), index=True)
    answer: Mapped[str]  # yes | declined | withdrawn
    version: Mapped[str]
    channel: Mapped[str]
    wording: Mapped[str]
    at: Mapped[datetime]


class ContactTerms(Base):
    """The client's own terms: when, how often, how long, in which language."""

    __tablename__ = "contact_terms"
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), primary_key=True)
    rhythm: Mapped[str]  # every_n_days | weekdays | only_when_asked
    every_days: Mapped[int] = mapped_column(default=7)
    weekdays: Mapped[list[Any]]  # 0 is Monday
    window_start: Mapped[str]  # local HH:MM
    window_end: Mapped[str]
    quiet_start: Mapped[str]
    quiet_end: Mapped[str]
    zone: Mapped[str]  # an IANA name
    language: Mapped[str]
    length: Mapped[str]  # ordinary | short
    discreet: Mapped[bool]
    agreed_at: Mapped[datetime]


class SafeContact(Base):
    """What coach and client agreed about reaching them safely; asked again every 90 days."""

    __tablename__ = "safe_contact"
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), primary_key=True)
    theirs_alone: Mapped[bool]
    safe_when: Mapped[bytes | None]
    if_someone_else: Mapped[bytes | None]
    phone: Mapped[bytes | None]  # to ring, where no text should or can go
    emergency_contact: Mapped[bytes | None]  # whom to ring for them
    quick_exit_word: Mapped[bytes | None]
    record_word: Mapped[bytes | None]
    safe_days: Mapped[list[Any] | None]  # 0 is Monday; null is every day
    safe_from: Mapped[str | None]  # local HH:MM; null is any time
    safe_until: Mapped[str | None]
    agreed_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]  # when the coach was asked to agree it again


class Cover(Base):
    """Who stands in for a coach, in which order."""

    __tablename__ = "cover"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    coach_id: Mapped[str] = mapped_column(ForeignKey("coach.id"), index=True)
    deputy_id: Mapped[str] = mapped_column(ForeignKey("coach.id"))
    position: Mapped[int]


class OnCall(Base):
    """Who is on call, from when to when."""

    __tablename__ = "on_call"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    coach_id: Mapped[str] = mapped_column(ForeignKey("coach.id"))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Invite(Base):
    """A single-use code that lets a client join, or come with a new phone; its hash is kept."""

    __tablename__ = "invite"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    # join | relink (the new phone takes over) | also (the old ones stay, and stay preferred)
    kind: Mapped[str] = mapped_column(default="join", server_default=text("'join'"))
    quietly: Mapped[bool] = mapped_column(default=False, server_default=false())  # old not told


class Joining(Base):
    """A phone that has brought a good code and is asked whether the code is for its owner."""

    __tablename__ = "joining"
    address_id: Mapped[str] = mapped_column(ForeignKey("address.id"), primary_key=True)
    invite_id: Mapped[str] = mapped_column(ForeignKey("invite.id"))
    prompt: Mapped[str] = mapped_column(Key)  # the outbox id of the question its buttons carry
    asked: Mapped[int]  # how often
    asked_at: Mapped[datetime]


class Session(Base):
    """One meeting of client and coach."""

    __tablename__ = "session"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), index=True)
    on_date: Mapped[date]
    at: Mapped[datetime | None]
    held: Mapped[bool | None]


class Suppression(Base):
    """A keyed hash of an address that asked to be left alone; it outlives erasure and restores."""

    __tablename__ = "suppression"
    value_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[datetime]
