"""Takes in what a phone sent: screened first, then kept in one transaction, then answered for.

The only writer of the inbox for messages (D7). Nothing here asks the bot or the network.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from channels.base import Inbound
from onestep.domain.choices import Choice, choose
from onestep.domain.lull import Arrival, ArrivalKind, Lull, due_at
from onestep.domain.words import Command, parse_command
from onestep.domain.words_table import Word
from onestep.safety import Level, Request, ScreenContext, Verdict, screen
from onestep.services.app import App
from onestep.services.concern import raise_concern
from onestep.services.strangers import receive_unknown
from onestep.storage import clients, inbox, sealed, talk
from onestep.storage.models import Inbox, Message, Prompt

# How long an earlier message still colours the next one: "yes, tonight" after a worry.
EARLIER_COUNTS = timedelta(hours=24)
# What the step beside the screen hears in plain words counts as the command itself, in every
# state and with the bot down.
ASKED_PLAINLY = {
    Request.STOP: Word.STOP,
    Request.PAUSE: Word.PAUSE,
    Request.RESUME: Word.RESUME,
    Request.HUMAN: Word.COACH,
    Request.HELP: Word.HELP,
}


@dataclass(frozen=True)
class Received:
    """What was taken in; `new` is false for a message that had come before."""

    new: bool
    client_id: str | None = None
    message_id: str | None = None


def receive(app: App, inbound: Inbound) -> Received:
    """Keeps one inbound message with its verdict; the same message twice has no effect.

    Blocking: call it from a thread, not from the event loop. Raises StorageError when the
    database cannot take it (the channel then asks its provider to try again).
    """
    now = app.clock()
    # Screened before the transaction: inside it, everyone behind would wait (D6).
    verdict = screen(inbound.text, _context(app, inbound, now))
    with app.db.write() as session:
        if talk.already_in(session, channel=inbound.channel, provider_id=inbound.provider_id):
            return Received(new=False)
        theirs = _theirs(session, inbound)
        if theirs is None:
            receive_unknown(app, session, inbound, verdict, now=now)
            received = Received(new=True)
        else:
            received = _from_client(app, session, theirs, inbound, verdict, now)
    app.bells.ring("inbox")
    if received.client_id is None or verdict.level is not Level.NONE:
        app.bells.ring("outbox")  # these are answered at once, without a turn
    return received


def _context(app: App, inbound: Inbound, now: datetime) -> ScreenContext:
    with app.db.read() as session:
        theirs = _theirs(session, inbound)
        if theirs is None:
            return ScreenContext()
        earlier = [
            sealed.message_text(session, message)
            for message in talk.last_in(session, theirs.client.id)
            if now - message.at < EARLIER_COUNTS
        ]
    return ScreenContext(language=theirs.terms.language, earlier=tuple(earlier))


def _theirs(session: Session, inbound: Inbound) -> clients.Theirs | None:
    """The client who wrote this; nobody where the number was cut off as a wrong one."""
    found = clients.whose(session, channel=inbound.channel, value=inbound.sender)
    return None if found is None or found.address.state == "cut_off" else found


def _from_client(
    app: App,
    session: Session,
    theirs: clients.Theirs,
    inbound: Inbound,
    verdict: Verdict,
    now: datetime,
) -> Received:
    client, address = theirs.client, theirs.address
    message = talk.add_message(
        session,
        text=_written(session, client.id, inbound),
        direction="in",
        channel=inbound.channel,
        kind=inbound.kind,
        at=now,
        zone=theirs.terms.zone,
        client_id=client.id,
        address_id=address.id,
        provider_id=inbound.provider_id,
        screen_level=verdict.level.value,
        screen_by=verdict.by,
        screen_category=verdict.category.value if verdict.category else None,
        screen_spans=[[span.start, span.end] for span in verdict.matched],
    )
    client.waiting_for_them = False
    address.state = "live"  # one held for dead has just written
    row = _queue(app, session, message, inbound, verdict.request)
    if verdict.level is not Level.NONE:
        raise_concern(app, session, row, message, verdict, now=now)
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
    now = message.at
    waiting = inbox.waiting_texts(session, message.client_id)
    kind, body = _meaning(session, message.client_id, inbound, request, alone=not waiting)
    row = inbox.put(
        session,
        client_id=message.client_id,
        kind=kind,
        now=now,
        due_at=now,
        message_id=message.id,
        body=body,
    )
    _wait_for_the_lull(session, row, waiting, app.lull(inbound.channel))
    return row


def _meaning(
    session: Session, client_id: str, inbound: Inbound, request: Request, *, alone: bool
) -> tuple[str, dict[str, object]]:
    if inbound.kind == "choice":
        return "choice", {"prompt": inbound.prompt, "key": inbound.key, "pressed": True}
    command = parse_command(inbound.text, inbound.channel)
    if command is not None and not command.for_bot:
        return "command", _command_body(command)
    prompt = talk.open_prompt(session, client_id)
    if prompt is not None and alone:
        offered = [Choice(choice["key"], choice["label"]) for choice in prompt.choices]
        key = choose(inbound.text, offered)
        if key is not None:
            return "choice", {"prompt": prompt.id, "key": key, "pressed": False}
    if request in ASKED_PLAINLY:
        return "command", {"command": ASKED_PLAINLY[request].value}
    return "text", {}


def _command_body(command: Command) -> dict[str, object]:
    # Date words are the client's; they stay in the message and are read again from there.
    return {"command": command.word.value, "has_rest": bool(command.rest)}


def _wait_for_the_lull(session: Session, row: Inbox, waiting: list[Inbox], lull: Lull) -> None:
    arrivals = [Arrival(text.received_at, ArrivalKind.TEXT) for text in waiting]
    kind = {"command": ArrivalKind.COMMAND, "choice": ArrivalKind.CHOICE}.get(
        row.kind, ArrivalKind.TEXT
    )
    due = due_at([*arrivals, Arrival(row.received_at, kind)], lull)
    for held in (*waiting, row):
        held.due_at = due
    session.flush()
