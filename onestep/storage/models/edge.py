"""What a provider brought that became nobody's message, and until when all of it was heard."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from onestep.storage.base import Base


class Aside(Base):
    """One thing that could not be taken in, whole and sealed, for a person to look at."""

    __tablename__ = "aside"
    __table_args__ = (Index("ix_aside_at", "at"),)
    id: Mapped[str] = mapped_column(primary_key=True)  # made of what it holds: twice is once
    channel: Mapped[str]
    reason: Mapped[str]  # unreadable | no_place | failed
    body: Mapped[bytes]
    size: Mapped[int]  # bytes, as they came
    at: Mapped[datetime]


class Heard(Base):
    """A channel that lists what came in: until when all of it was taken in."""

    __tablename__ = "heard"
    channel: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]
    next_at: Mapped[datetime]  # when it may be asked next
    failures: Mapped[int]  # in a row, since it last answered
