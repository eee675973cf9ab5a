"""The two queues: what came in and waits for a turn, what is ready to go out."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Float, ForeignKey, Index, Integer, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from onestep.storage.base import Base
from onestep.storage.models.people import Key

# SQLite counts up by itself only in a column it knows as INTEGER.
Sequence = BigInteger().with_variant(Integer, "sqlite")


class Inbox(Base):
    """One thing that happened to a client, waiting to be answered or already covered."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index("ix_inbox_due", "state", "due_at"),
        Index("ix_inbox_client", "client_id", "state"),
    )
    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(Key, unique=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    kind: Mapped[str]  # text | choice | command | event | edit | call
    message_id: Mapped[str | None] = mapped_column(ForeignKey("message.id"))
    body: Mapped[dict[str, Any]]  # event, command or choice; never words
    state: Mapped[str] = mapped_column(String(7))  # waiting | working | done
    received_at: Mapped[datetime]
    due_at: Mapped[datetime]
    fence: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[float] = mapped_column(Float, default=0.0)
    attempts: Mapped[int] = mapped_column(default=0)
    turn_id: Mapped[str | None] = mapped_column(index=True)


class Outbox(Base):
    """One message to send, and what became of it."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "state", "due_at"),
        Index("ix_outbox_client", "client_id", "state"),
        Index("ix_outbox_provider", "provider_id"),
        Index("ix_outbox_tried", "client_id", "tried_at"),
        Index("ix_outbox_address", "address_id", "queued_at"),
        Index(
            "ix_outbox_buttons",
            "seq",
            sqlite_where=text("buttons = 1"),  # as queries say it, or SQLite does not use it
            postgresql_where=text("buttons"),
        ),
    )
    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(Key, unique=True)
    client_id: Mapped[str | None] = mapped_column(ForeignKey("client.id"))
    address_id: Mapped[str] = mapped_column(ForeignKey("address.id"))
    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"))
    lane: Mapped[str] = mapped_column(String(8))  # ordinary | alert
    kind: Mapped[str]  # check_in | reply | confirmation | concern | notice | relay
    choices: Mapped[list[Any]]
    turn_id: Mapped[str | None] = mapped_column(index=True)
    # ready | sending | sent | delivered | uncertain | failed | cancelled
    state: Mapped[str] = mapped_column(String(9))
    reason: Mapped[str | None]
    queued_at: Mapped[datetime]
    due_at: Mapped[datetime]
    not_after: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[float] = mapped_column(Float, default=0.0)
    attempts: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None]  # when it was last taken for sending
    provider_id: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    # Its buttons lie on a phone that can lose them again.
    buttons: Mapped[bool] = mapped_column(default=False, server_default=false())


class DeliveryReport(Base):
    """What a provider said became of a message; the same report twice is one row."""

    __tablename__ = "delivery_report"
    channel: Mapped[str] = mapped_column(primary_key=True)
    provider_id: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(primary_key=True)  # sent | delivered | failed
    code: Mapped[str] = mapped_column(primary_key=True)  # empty where there is none
    gone: Mapped[bool]
    at: Mapped[datetime]


class ChannelPace(Base):
    """When the next ordinary message may go out on a channel that limits us."""

    __tablename__ = "channel_pace"
    channel: Mapped[str] = mapped_column(primary_key=True)
    next_at: Mapped[datetime]


class Hold(Base):
    """Something that may not go on until it is put right: a channel, or all but alerts."""

    __tablename__ = "hold"
    what: Mapped[str] = mapped_column(primary_key=True)  # a channel's name, or clock
    since: Mapped[datetime]
    detail: Mapped[str | None]
    probe_at: Mapped[datetime | None]  # when one message may try the channel again
