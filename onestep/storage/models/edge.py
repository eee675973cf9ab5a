"""What a provider brought beside messages, what became nobody's, and until when all is in."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from onestep.storage.base import Base
from onestep.storage.models.people import Key


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


class Attachment(Base):
    """A picture or sound that came with a message, kept as a noticing in pictures or sound."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index("ix_attachment_due", "state", "due_at"),
        Index("ix_attachment_client", "client_id", "id"),
    )
    id: Mapped[str] = mapped_column(Key, primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"), index=True)
    kind: Mapped[str]  # photo | voice
    reference: Mapped[bytes]  # what its provider calls it
    state: Mapped[str]  # waiting | kept | not_kept
    reason: Mapped[str | None]  # of not_kept: refused | format | failed
    content_type: Mapped[str | None]  # of kept: what its bytes are, whatever the provider says
    size: Mapped[int | None]  # bytes, as they came
    body: Mapped[bytes | None]
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    at: Mapped[datetime]
