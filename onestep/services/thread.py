"""The talk with a client as its coaches see it: every line both ways, and what became of each."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from onestep.services import hand_off
from onestep.services.app import App
from onestep.services.errors import UnknownClient, UnknownMessage
from onestep.services.stretches import names_of, stretches_of
from onestep.services.thread_hidden import Hidden, hidden_from
from onestep.services.thread_parts import NoteLine, Thread, ThreadLine
from onestep.services.trouble import trouble
from onestep.storage import clients, sealed, talk
from onestep.storage.base import new_id
from onestep.storage.models import (
    Attachment,
    Client,
    HandOffCoach,
    Message,
    Note,
    Outbox,
    Reading,
)

LINES_SHOWN = 200
# What came with a message, in words for staff; of others it is said that something came.
THINGS = {
    "photo": "a photo",
    "voice": "a voice note",
    "video": "a video",
    "document": "a file",
    "sticker": "a sticker",
}
WORDLESS = {
    "attachment": "something that is not words",
    "call": "a missed call",
    "blocked": "closed this chat to us",
}
NO_WAY = {
    "stopped": "They have asked for no more texts, or closed this chat. Ring them, or see them.",
    "ended": "They have finished, by their own word. A text goes only in an open hand-off.",
    "unreachable": "Texts do not arrive there any more. Ring them, or see them.",
}


def thread(app: App, client_id: str, *, seen_by: str) -> Thread:
    """The newest lines of the talk, as this coach may see it. Raises UnknownClient.

    Whether they may look in at all is for the caller to ask (access.may_see). What is about this
    coach, or was said to somebody else because the client asked for somebody else, is left out.
    """
    with app.db.read() as session:
        client = _client(session, client_id)
        hidden = hidden_from(session, client, seen_by)
        stretches = stretches_of(session, client_id, hidden)
        open_now = next((each for each in stretches if each.state != "closed"), None)
        return Thread(
            client_id=client_id,
            called=sealed.called_or_none(session, client) or "",
            hand_off=open_now,
            held=client.held,
            no_way=_no_way(session, client),
            lines=tuple(_lines(session, client_id, hidden)),
            stretches=stretches,
            notes=tuple(_notes(session, client_id, hidden)),
            version=_version(session, client_id),
        )


def version(app: App, client_id: str) -> str:
    """The `version` of the thread alone: cheap enough to be asked each second."""
    with app.db.read() as session:
        return _version(session, client_id)


def note(app: App, client_id: str, words: str, *, by: str) -> None:
    """Leaves a note for colleagues, which no client ever gets. Raises UnknownClient."""
    with app.db.write() as session:
        _client(session, client_id)
        found, id = hand_off.current(session, client_id), new_id()
        session.add(
            Note(
                id=id,
                client_id=client_id,
                hand_off_id=found.id if found else None,
                coach_id=by,
                words=sealed.seal(session, "note", "words", id, words),
                at=app.clock(),
            )
        )


def mark_read(app: App, message_id: str, *, by: str) -> None:
    """A coach has read this message; the first who did stays named. Raises UnknownMessage."""
    with app.db.write() as session:
        message = session.get(Message, message_id)
        if message is None or message.direction != "in" or message.client_id is None:
            raise UnknownMessage(UnknownMessage.__doc__)
        if session.get(Reading, message_id) is None:
            session.add(Reading(message_id=message_id, coach_id=by, at=app.clock()))


def _client(session: Session, client_id: str) -> Client:
    client = session.get(Client, client_id)
    if client is None:
        raise UnknownClient(UnknownClient.__doc__)
    return client


def _no_way(session: Session, client: Client) -> str:
    if client.contact in NO_WAY:
        return NO_WAY[client.contact]
    return "" if clients.preferred_address(session, client.id) else NO_WAY["unreachable"]


def _lines(session: Session, client_id: str, hidden: Hidden) -> Iterator[ThreadLine]:
    messages = [
        each
        for each in talk.thread(session, client_id, limit=LINES_SHOWN)
        if not hidden.line(each)
    ]
    ids = [each.id for each in messages]
    sent = _by_message(session, Outbox, Outbox.message_id, ids)
    read = _by_message(session, Reading, Reading.message_id, ids)
    came = _by_message(session, Attachment, Attachment.message_id, ids)
    names = names_of(session)
    for message in messages:
        yield _line(
            session,
            message,
            out=sent.get(message.id),
            read=read.get(message.id),
            thing=came.get(message.id),
            names=names,
        )


def _line(
    session: Session,
    message: Message,
    *,
    out: Outbox | None,
    read: Reading | None,
    thing: Attachment | None,
    names: dict[str, str],
) -> ThreadLine:
    who = "client" if message.direction == "in" else "coach" if message.coach_id else "service"
    kept = thing is not None and thing.state == "kept"
    return ThreadLine(
        id=message.id,
        who=who,
        name=names.get(message.coach_id or ""),
        words=sealed.readable(session, message),
        at=message.at,
        channel=message.channel,
        with_person=message.relayed,
        edited=message.kind == "edit",
        thing=what_came(message, thing),
        attachment_id=thing.id if thing is not None and kept else None,
        state=out.state if out else None,
        trouble=trouble(out.state, out.reason, of_a_coach=who == "coach") if out else "",
        read_by=names.get(read.coach_id) if read else None,
        read_at=read.at if read else None,
    )


def what_came(message: Message, thing: Attachment | None) -> str | None:
    """What came with a message, in words for staff; None where nothing did."""
    if thing is not None:
        return THINGS.get(thing.kind, "something")
    return WORDLESS.get(message.kind)


def _by_message[Row: Outbox | Reading | Attachment](
    session: Session, model: type[Row], column: InstrumentedAttribute[str], ids: list[str]
) -> dict[str, Row]:
    """The row of each message; of several, the newest."""
    rows = session.scalars(select(model).where(column.in_(ids))).all()
    return {row.message_id: row for row in rows}


def _notes(session: Session, client_id: str, hidden: Hidden) -> Iterator[NoteLine]:
    names = names_of(session)
    rows = session.scalars(select(Note).where(Note.client_id == client_id).order_by(Note.id))
    for row in rows:
        if row.hand_off_id is None or row.hand_off_id not in hidden.hand_offs:
            words = sealed.opened(session, "note", "words", row.id, row.words)
            yield NoteLine(row.id, names[row.coach_id], words, row.at)


def _version(session: Session, client_id: str) -> str:
    found = hand_off.current(session, client_id)
    theirs = select(HandOffCoach).where(HandOffCoach.hand_off_id == (found.id if found else ""))
    settled = Outbox.state.not_in(("ready", "sending"))
    parts = [
        session.scalar(select(func.max(Message.id)).where(Message.client_id == client_id)),
        session.scalar(select(func.max(Note.id)).where(Note.client_id == client_id)),
        # A line that fails after it was sent changes no count of either alone.
        *session.execute(
            select(
                func.count(), func.count().filter(Outbox.state.in_(("sent", "delivered")))
            ).where(Outbox.client_id == client_id, settled)
        ).one(),
        session.scalar(select(func.count()).select_from(theirs.subquery())),
        session.scalar(
            select(func.count(Reading.message_id))
            .join(Message, Message.id == Reading.message_id)
            .where(Message.client_id == client_id)
        ),
        found.state if found else None,
        found.id if found else None,
        found.promised_at if found else None,
        clients.client(session, client_id).contact,
    ]
    return "-".join(str(part) for part in parts)
