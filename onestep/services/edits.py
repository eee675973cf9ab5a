"""A later wording of a message: kept beside the first, screened again, and no second turn.

Where the first still waits for its turn, the turn reads the later one instead. Who has the talk
in a hand-off is told it too.
"""

from sqlalchemy.orm import Session

from channels.base import Inbound
from onestep.domain.enrolment import Enrolment
from onestep.domain.words_table import Word
from onestep.safety import Level, Verdict
from onestep.services import hand_off
from onestep.services.app import App
from onestep.services.concern import raise_concern
from onestep.services.keep_inbound import keep_inbound
from onestep.services.meaning import meaning, when_the_lull_is
from onestep.services.overtaken import let_lie
from onestep.services.receive import look_at, receive
from onestep.services.stops_too import put_stop
from onestep.storage import clients, inbox, talk, waiting
from onestep.storage.alone import alone_at, alone_with
from onestep.storage.database import DATABASE_AWAY
from onestep.storage.models import Inbox, Message

FOR_QUIET = (Word.STOP.value, Word.PAUSE.value, Word.QUICK_EXIT.value)


def receive_edit(app: App, inbound: Inbound) -> None:
    """Keeps the new wording with its verdict. The same edit again has no effect.

    What edits nothing that we know of, or comes while the database is away, is a message like any
    other. Blocking: call it from a thread.
    """
    if not app.spool.holds_any():
        verdict, _ = look_at(app, inbound, app.clock())
        try:
            with app.db.write() as session:
                kept = _kept(app, session, inbound, verdict)
        except DATABASE_AWAY:
            kept = False
        if kept:
            app.bells.ring("inbox")
            app.bells.ring("outbox")
            return
    receive(app, inbound)


def _kept(app: App, session: Session, inbound: Inbound, verdict: Verdict) -> bool:
    alone_at(session, "sender", inbound.channel, inbound.sender)
    if talk.already_in(session, channel=inbound.channel, provider_id=inbound.provider_id):
        return True
    theirs = clients.whose(session, channel=inbound.channel, value=inbound.sender)
    first = talk.came_as(session, channel=inbound.channel, provider_id=inbound.edits or "")
    if theirs is None or first is None or first.client_id != theirs.client.id:
        return False
    if theirs.client.enrolment != Enrolment.ENROLLED:
        return False
    _keep(app, session, theirs, first, inbound, verdict)
    return True


def _keep(
    app: App,
    session: Session,
    theirs: clients.Theirs,
    first: Message,
    inbound: Inbound,
    verdict: Verdict,
) -> None:
    now, client_id = app.clock(), theirs.client.id
    alone_with(session, client_id)
    message = keep_inbound(
        session,
        inbound,
        verdict,
        address=theirs.address,
        client_id=client_id,
        now=now,
        zone=theirs.terms.zone,
        kind="edit",
        edits=first.id,
    )
    waits = _waits(session, first)
    row = inbox.put(
        session, client_id=client_id, kind="edit", now=now, due_at=now, message_id=message.id
    )
    if waits is not None:
        waits.message_id, row.message_id = message.id, waits.message_id
        _means_now(app, session, waits, inbound, verdict)
    else:
        _asks_for_quiet(session, row, inbound, verdict)
    if verdict.level is not Level.NONE:
        raise_concern(app, session, waits or row, message, verdict, now=now)
    put_stop(session, client_id, inbound, verdict, now=now, message_id=message.id)
    if row.kind == "edit":  # nothing to answer: these words are kept, and no turn is made
        let_lie(session, row)
        if waits is None:  # else they are carried on when their turn comes
            hand_off.relay_line(session, message)


def _waits(session: Session, first: Message) -> Inbox | None:
    """The row by which `first`, or a later wording of it, still waits to be read by a turn."""
    assert first.client_id is not None
    for row in waiting.messages(session, first.client_id):
        message = session.get_one(Message, row.message_id)
        if message.id == first.id or message.said == [{"edits": first.id}]:
            return row
    return None


def _asks_for_quiet(session: Session, row: Inbox, inbound: Inbound, verdict: Verdict) -> None:
    """What was answered long ago stays answered; but who now wrote STOP there wants silence."""
    kind, body = meaning(session, row.client_id, inbound, verdict.request, alone=False)
    if kind == "command" and body["command"] in FOR_QUIET:
        row.kind, row.body = kind, body


def _means_now(app: App, session: Session, row: Inbox, inbound: Inbound, verdict: Verdict) -> None:
    """STOP, or the answer to a question, may have become talk by the change, and talk STOP."""
    before = waiting.texts_came_at(session, row.client_id, before=row.seq)
    row.kind, row.body = meaning(
        session, row.client_id, inbound, verdict.request, alone=not before
    )
    row.due_at = when_the_lull_is(
        before, kind=row.kind, at=row.received_at, lull=app.lull(inbound.channel)
    )
    if before:
        waiting.put_off_texts(session, row.client_id, due_at=row.due_at, before=row.seq)
    session.flush()
