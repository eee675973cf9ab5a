"""Keeps, and says, what stands in no client's record: to and from phones that nobody knows yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels.base import Inbound
from onestep.content import Content, Reply, render
from onestep.domain.permission import SendKind
from onestep.safety import Level, Verdict
from onestep.services.keep_inbound import keep_inbound
from onestep.storage import incidents, talk
from onestep.storage.base import new_id
from onestep.storage.models import Address, Alert, Message, Outbox


@dataclass(frozen=True)
class Line:
    """One line for such a phone, with what may be chosen."""

    text: str
    choices: Sequence[Mapping[str, str]] = field(default=())


def keep(
    session: Session,
    address: Address,
    inbound: Inbound,
    verdict: Verdict,
    *,
    now: datetime,
    zone: str,
    kind: str | None = None,
) -> Message:
    """Keeps the message as nobody's; what the screen saw in it is an incident of its level."""
    message = keep_inbound(
        session, inbound, verdict, address=address, client_id=None, now=now, zone=zone, kind=kind
    )
    if verdict.level is not Level.NONE:
        level, category = verdict.level.value, message.screen_category
        incidents.add(session, message=message, level=level, category=category, now=now)
    return message


def ring(session: Session, message: Message, verdict: Verdict, *, now: datetime) -> None:
    """Raises the alert of danger in nobody's record."""
    alert = Alert(
        id=new_id(),
        message_id=message.id,
        level=verdict.level.value,
        by=verdict.by or "rule",
        category=message.screen_category,
        state="open",
        at=now,
        spans=message.screen_spans or [],
    )
    session.add(alert)
    session.flush()


def same_rings(session: Session, address: Address, message: Message, since: datetime) -> bool:
    """Whether the same kind of danger from this phone rang after `since`, and rings still.

    What is written on then stands with it, and is answered by the reply that went out.
    """
    query = (
        select(Alert.id)
        .join(Message, Message.id == Alert.message_id)
        .where(Message.address_id == address.id, Message.id != message.id)
        .where(Alert.state == "open", Alert.category == message.screen_category)
        .where(Alert.at > since)
    )
    return session.scalar(query.limit(1)) is not None


def line(content: Content, key: str, address: Address, *, seed: str) -> Line:
    """The wording of an utterance that names nobody but the service.

    `seed` picks among several wordings: the same for the same one.
    """
    rendered = render(
        content,
        [Reply(key)],
        turn_id=seed,
        channel=address.channel,
        values={"service": content.service.name},
    )
    said = rendered.messages[0]
    return Line(said.text, [{"key": each.key, "label": each.label} for each in said.choices])


def say(
    session: Session,
    address: Address,
    said: Line,
    *,
    kind: SendKind,
    now: datetime,
    lane: str = "ordinary",
) -> Outbox:
    """Queues a line that belongs to no record."""
    message = talk.add_message(
        session,
        text=said.text,
        direction="out",
        channel=address.channel,
        kind="unknown",
        at=now,
        zone="UTC",
        client_id=None,
        address_id=address.id,
    )
    row = Outbox(
        id=new_id(),
        client_id=None,
        address_id=address.id,
        message_id=message.id,
        lane=lane,
        kind=kind.value,
        choices=list(said.choices),
        state="ready",
        queued_at=now,
        due_at=now,
    )
    session.add(row)
    session.flush()
    return row


def said_since(session: Session, address: Address, since: datetime) -> bool:
    """Whether anything was said to this phone after `since`."""
    latest = select(Outbox.id).where(Outbox.address_id == address.id, Outbox.queued_at > since)
    return session.scalar(latest.limit(1)) is not None


def brought_since(session: Session, address: Address, kind: str, since: datetime) -> int:
    """How many messages of this kind the phone has brought as nobody's after `since`."""
    count = select(func.count()).where(
        Message.address_id == address.id,
        Message.client_id.is_(None),
        Message.direction == "in",
        Message.kind == kind,
        Message.at > since,
    )
    return session.scalar(count) or 0
