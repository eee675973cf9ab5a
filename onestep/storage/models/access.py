"""Who may look in: how a coach signs in, from which browsers, and what was opened out of turn."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, text
from sqlalchemy.orm import Mapped, mapped_column

from onestep.storage.base import Base
from onestep.storage.models.people import Key


class SignIn(Base):
    """How one coach proves who they are: a name, a password, and a second proof."""

    __tablename__ = "sign_in"
    coach_id: Mapped[str] = mapped_column(ForeignKey("coach.id"), primary_key=True)
    name: Mapped[bytes]
    name_hash: Mapped[str] = mapped_column(String(64), unique=True)
    password: Mapped[str]  # argon2id, with its parameters
    totp: Mapped[bytes | None]
    totp_used: Mapped[int | None]  # the last half-minute whose code was taken: none works twice
    failures: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    not_before: Mapped[datetime | None]  # after failures the next try has to wait
    since: Mapped[datetime]


class Browser(Base):
    """One browser in which a coach is signed in; of its cookie only a hash is kept."""

    __tablename__ = "browser"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    coach_id: Mapped[str] = mapped_column(ForeignKey("coach.id"), index=True)
    named: Mapped[str | None]  # what it calls itself, for the list of them
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class OneTimeLink(Base):
    """A link or code that works once: to set up an account, or to bind a coach's Telegram."""

    __tablename__ = "one_time_link"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    coach_id: Mapped[str] = mapped_column(ForeignKey("coach.id"), index=True)
    kind: Mapped[str]  # account | telegram
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class BreakGlass(Base):
    """One coach opened a client who is not theirs, for a while and with a reason."""

    __tablename__ = "break_glass"
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), index=True)
    coach_id: Mapped[str] = mapped_column(ForeignKey("coach.id"))
    why: Mapped[bytes]
    at: Mapped[datetime]
    until: Mapped[datetime]
