"""Messages from an address that is nobody's: screened like all others, answered once a day."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.base import Inbound
from onestep.content import Reply, concern_reply, render
from onestep.safety import Level, Verdict
from onestep.services.app import App
from onestep.storage import clients, talk
from onestep.storage.base import new_id
from onestep.storage.models import Address, Alert, Incident, Message, Outbox

ONE_ANSWER_IN = timedelta(days=1)


def receive_unknown(
    app: App, session: Session, inbound: Inbound, verdict: Verdict, *, now: datetime
) -> None:
    """Keeps the message apart from every client's record.

    A concern becomes an incident with an alert and gets the fixed reply; anything else gets one
    sentence a day on how to be recognised. Nothing here confirms that anyone is a client.
    """
    address = _address(session, inbound, now)
    message = talk.add_message(
        session,
        text=inbound.text,
        direction="in",
        channel=inbound.channel,
        kind=inbound.kind,
        at=now,
        zone="UTC",
        client_id=None,
        address_id=address.id,
        provider_id=inbound.provider_id,
        screen_level=verdict.level.value,
    )
    if verdict.level is Level.NOW:
        _incident(session, message, address, verdict, now)
        _send(session, address, _fixed_reply(app, inbound, verdict), now=now, lane="alert")
    elif not _answered_lately(session, address, now):
        _send(session, address, _how_to_be_recognised(app, inbound, message.id), now=now)


def _address(session: Session, inbound: Inbound, now: datetime) -> Address:
    found = clients.find_address(session, channel=inbound.channel, value=inbound.sender)
    return found or clients.add_address(
        session, client_id=None, channel=inbound.channel, value=inbound.sender, now=now
    )


def _incident(
    session: Session, message: Message, address: Address, verdict: Verdict, now: datetime
) -> None:
    category = verdict.category.value if verdict.category else None
    session.add_all(
        [
            Incident(
                id=new_id(),
                message_id=message.id,
                address_id=address.id,
                level=verdict.level.value,
                category=category,
                at=now,
            ),
            Alert(
                id=new_id(),
                message_id=message.id,
                level=verdict.level.value,
                by="rule",
                category=category,
                state="open",
                at=now,
                spans=[[span.start, span.end] for span in verdict.matched],
            ),
        ]
    )
    session.flush()


def _fixed_reply(app: App, inbound: Inbound, verdict: Verdict) -> str:
    # Nobody knows who holds this phone: nothing that shows is said to it.
    return concern_reply(
        app.content(app.language),
        verdict.category.value if verdict.category else "",
        hours="in_hours",
        values={"coach": None},
        channel=inbound.channel,
        discreet=True,
    ).text


def _how_to_be_recognised(app: App, inbound: Inbound, message_id: str) -> str:
    content = app.content(app.language)
    rendered = render(
        content,
        [Reply("unknown_sender")],
        turn_id=message_id,
        channel=inbound.channel,
        values={"service": content.service.name},
    )
    return rendered.messages[0].text


def _answered_lately(session: Session, address: Address, now: datetime) -> bool:
    latest = select(Outbox.id).where(
        Outbox.address_id == address.id, Outbox.queued_at > now - ONE_ANSWER_IN
    )
    return session.scalar(latest.limit(1)) is not None


def _send(
    session: Session, address: Address, text: str, *, now: datetime, lane: str = "ordinary"
) -> None:
    message = talk.add_message(
        session,
        text=text,
        direction="out",
        channel=address.channel,
        kind="unknown",
        at=now,
        zone="UTC",
        client_id=None,
        address_id=address.id,
    )
    kind = "concern_reply" if lane == "alert" else "confirmation"
    session.add(
        Outbox(
            id=new_id(),
            client_id=None,
            address_id=address.id,
            message_id=message.id,
            lane=lane,
            kind=kind,
            choices=[],
            state="ready",
            queued_at=now,
            due_at=now,
        )
    )
    session.flush()
