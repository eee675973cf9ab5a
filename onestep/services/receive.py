"""Takes in what a phone sent: screened first, then kept in one transaction, then answered for.

The only writer of the inbox for messages (D7). Nothing here asks the bot or the network.
"""

import logging
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from channels.base import Inbound
from onestep.domain.enrolment import Enrolment
from onestep.domain.words_table import Word
from onestep.safety import Level, Request, ScreenContext, Verdict, screen
from onestep.services import from_coach
from onestep.services.already import Already
from onestep.services.app import App
from onestep.services.attachments import wanted
from onestep.services.concern import asks_for_help, raise_concern, raise_unread
from onestep.services.keep_inbound import keep_inbound
from onestep.services.meaning import meaning, when_the_lull_is
from onestep.services.overtaken import OVERTAKEN, is_overtaken, let_lie
from onestep.services.park import Sender, park
from onestep.services.scope import is_discreet
from onestep.services.stops_too import put_stop, stops_too
from onestep.services.strangers import goes_apart, receive_apart, receive_unknown
from onestep.storage import (
    attachments,
    clients,
    coach_lines,
    inbox,
    incidents,
    sealed,
    talk,
    waiting,
)
from onestep.storage.alone import alone_at, alone_with
from onestep.storage.database import DATABASE_AWAY
from onestep.storage.models import Inbox, Message, Prompt

log = logging.getLogger(__name__)

# How long an earlier message still colours the next one: "yes, tonight" after a worry.
EARLIER_COUNTS = timedelta(hours=24)
# With these a turn, or a note, is about the words alone: a person looks at what came with them.
UNSEEN_BESIDE = (Level.NONE, Level.SOFT)
# What is written for these are lines of a channel's, not the client's words.
WITH_LINES_OF_OURS = {"location", "contact"}


@dataclass(frozen=True)
class Received:
    """What was taken in; `new` is false for a message that had come before.

    `parked`: it waits in the spool, whole, until the database is back.
    """

    new: bool
    client_id: str | None = None
    message_id: str | None = None
    parked: bool = False


OF_A_COACH = Received(new=True)  # D13: a coach's message is never a client's


def receive(app: App, inbound: Inbound) -> Received:
    """Keeps one inbound message with its verdict; the same message twice has no effect.

    What a coach sent is seen to as such, and goes to a client only where it answers one.

    With the database away it is parked in the spool, and taken in when that is back.

    Blocking: call it from a thread, not from the event loop. Raises OSError when the spool
    cannot take it either (the channel then asks its provider to try again).
    """
    now = app.clock()
    # Screened before the transaction: inside it, everyone behind would wait (D6).
    verdict, sender = look_at(app, inbound, now)
    if not app.spool.holds_any():  # who waits there already goes first
        try:
            return keep(app, inbound, verdict, now=now)
        except DATABASE_AWAY as away:
            log.error("database away: %s", type(away).__name__)  # noqa: TRY400  # may quote words
    if _is_in(app, inbound):
        return Received(new=False)
    park(app, inbound, verdict, sender, now=now)
    return Received(new=True, parked=True)


def look_at(app: App, inbound: Inbound, now: datetime) -> tuple[Verdict, Sender]:
    """What the screen makes of a message, and what could be known of who wrote it."""
    try:
        sender = _sender(app, inbound, now)
    except DATABASE_AWAY:
        sender = Sender(ScreenContext(language=app.language))
    verdict = screen(inbound.text, sender.context)
    if _unread(inbound) and verdict.level is Level.NONE:
        verdict = replace(verdict, level=Level.UNREAD, by="rule")  # no program looks into it
    if verdict.level is Level.NOW and stops_too(inbound.text, sender.context):
        verdict = replace(verdict, request=Request.STOP)
    return verdict, sender


def _unread(inbound: Inbound) -> bool:
    """Whether there is nothing in it that a turn could be about: only a thing, a place, a card."""
    shown = {each.kind for each in inbound.attachments}
    return inbound.kind == "attachment" and (not inbound.text or shown <= WITH_LINES_OF_OURS)


def keep(
    app: App, inbound: Inbound, verdict: Verdict, *, now: datetime, already: Already | None = None
) -> Received:
    """Puts one screened message into the database, in one transaction, perhaps beside others.

    `already`: the fixed reply that went out while it was parked. Raises one of DATABASE_AWAY.
    """

    def kept(session: Session) -> tuple[Received, bool]:
        alone_at(session, "sender", inbound.channel, inbound.sender)
        if talk.already_in(session, channel=inbound.channel, provider_id=inbound.provider_id):
            return Received(new=False), False
        theirs = clients.whose(session, channel=inbound.channel, value=inbound.sender)
        if theirs is not None:
            received = _from_client(app, session, theirs, inbound, verdict, now, already)
            return received, verdict.level is not Level.NONE
        if coach_lines.whose(session, channel=inbound.channel, value=inbound.sender) is not None:
            return OF_A_COACH, False
        joined = receive_unknown(app, session, inbound, verdict, now=now, already=already)
        return Received(True, *joined), True

    received, at_once = app.db.write_together(kept)
    if received is OF_A_COACH:
        from_coach.take(app, inbound, now=now)
        return received
    if received.new:
        app.bells.ring("inbox")
    if at_once:
        app.bells.ring("outbox")  # these are answered without a turn
    return received


def _is_in(app: App, inbound: Inbound) -> bool:
    """Whether the database has this message already, as far as it lets itself be asked."""
    with suppress(*DATABASE_AWAY), app.db.read() as session:
        return talk.already_in(session, channel=inbound.channel, provider_id=inbound.provider_id)
    return False


def _sender(app: App, inbound: Inbound, now: datetime) -> Sender:
    since = now - EARLIER_COUNTS
    with app.db.read() as session:
        theirs = clients.whose(session, channel=inbound.channel, value=inbound.sender)
        if theirs is None:
            address = clients.find_address(session, channel=inbound.channel, value=inbound.sender)
            said = incidents.said_from(session, address, since=since) if address else []
        elif theirs.client.enrolment == Enrolment.ENROLLED:
            said = talk.last_in(session, theirs.client.id)
        else:  # some of it may be held apart from their record
            said = incidents.said_from(session, theirs.address, since=since)
        said = [each for each in said if each.at > since]
        texts = [sealed.readable(session, each) for each in said]
        context = ScreenContext(
            language=app.language if theirs is None else theirs.terms.language,
            earlier=tuple(text for text in texts if text is not None),
            noticed=any(each.screen_level != Level.NONE for each in said),
        )
        shows = theirs and not is_discreet(theirs.client, theirs.terms, theirs.safe)
        return Sender(context, discreet=not shows)


def _from_client(
    app: App,
    session: Session,
    theirs: clients.Theirs,
    inbound: Inbound,
    verdict: Verdict,
    now: datetime,
    already: Already | None,
) -> Received:
    client, address = theirs.client, theirs.address
    alone_with(session, client.id)
    if client.enrolment != Enrolment.ENROLLED:
        kind, _ = meaning(session, client.id, inbound, verdict.request, alone=True)
        if goes_apart(session, theirs, verdict, kind=kind):
            receive_apart(app, session, theirs, inbound, verdict, now=now, already=already)
            put_stop(session, client.id, inbound, verdict, now=now)
            return Received(new=True)
    message = keep_inbound(
        session,
        inbound,
        verdict,
        address=address,
        client_id=client.id,
        now=now,
        zone=theirs.terms.zone,
        text=_written(session, client.id, inbound),
    )
    client.waiting_for_them = False
    address.state = "live"  # one held for dead has just written
    row = _queue(app, session, message, inbound, verdict.request)
    if client.enrolment == Enrolment.ENROLLED:
        for each in wanted(app, inbound.attachments):
            attachments.add(session, message, kind=each.kind, reference=each.reference)
    if row.body.get("command") == Word.HELP.value:
        verdict = asks_for_help(session, client, verdict, now=now)
    if verdict.level is not Level.NONE:
        raise_concern(app, session, row, message, verdict, now=now, already=already)
    put_stop(session, client.id, inbound, verdict, now=now, message_id=message.id)
    if row.body.get(OVERTAKEN):
        let_lie(session, row)
    if inbound.attachments and verdict.level in UNSEEN_BESIDE:
        raise_unread(app, session, row, client, message, now=now)
    return Received(new=True, client_id=client.id, message_id=message.id)


def _written(session: Session, client_id: str, inbound: Inbound) -> str:
    """What the client wrote, exactly; for a button, the words they pressed."""
    prompt = session.get(Prompt, inbound.prompt) if inbound.kind == "choice" else None
    if inbound.text or prompt is None or prompt.client_id != client_id:
        return inbound.text
    return next((c["label"] for c in prompt.choices if c["key"] == inbound.key), "")


def _queue(
    app: App, session: Session, message: Message, inbound: Inbound, request: Request
) -> Inbox:
    assert message.client_id is not None
    before = waiting.texts_came_at(session, message.client_id)
    kind, body = meaning(session, message.client_id, inbound, request, alone=not before)
    if inbound.stop_confirmed:
        body = {**body, "stop_confirmed": True}
    if is_overtaken(session, message.client_id, body.get("command"), inbound, now=message.at):
        body = {**body, OVERTAKEN: True}
    lull = app.lull(inbound.channel)
    due_at = when_the_lull_is(before, kind=kind, at=message.at, lull=lull)
    if before:
        waiting.put_off_texts(session, message.client_id, due_at=due_at)
    return inbox.put(
        session,
        client_id=message.client_id,
        kind=kind,
        now=message.at,
        due_at=due_at,
        message_id=message.id,
        body=body,
    )
