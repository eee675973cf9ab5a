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
from onestep.storage.models import Address, Incident, Message, Outbox


@dataclass(frozen=True)
class Line:
    """One line for such a phone, with what may be chosen."""

    text: str
    choices: Sequence[Mapping[str, str]] = field(default=())


@dataclass(frozen=True)
class Kept:
    """A message in nobody's record, and the incident it belongs to."""

    message: Message
    incident: Incident | None = None


def keep(
    session: Session,
    address: Address,
    inbound: Inbound,
    verdict: Verdict,
    *,
    now: datetime,
    zone: str,
    kind: str | None = None,
) -> Kept:
    """Keeps the message as nobody's; what the screen saw in it is an incident of its level."""
    message = keep_inbound(
        session, inbound, verdict, address=address, client_id=None, now=now, zone=zone, kind=kind
    )
    if verdict.level is Level.NONE:
        return Kept(message)
    level, category = verdict.level.value, message.screen_category
    if verdict.level is Level.NOW and (known := incidents.ringing(session, address.id)):
        return Kept(message, known)  # added to what rings already
    added = incidents.add(session, message=message, level=level, category=category, now=now)
    return Kept(message, added)


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
    answers: str | None = None,
) -> Outbox:
    """Queues a line that belongs to no record; `answers`: the category of danger it replies to."""
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
        screen_category=answers,
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


def answered_since(session: Session, address: Address, category: str, since: datetime) -> bool:
    """Whether the fixed reply to this kind of danger went to this phone after `since`."""
    said = select(Message.id).where(
        Message.address_id == address.id,
        Message.direction == "out",
        Message.screen_category == category,
        Message.at > since,
    )
    return session.scalar(said.limit(1)) is not None


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
