"""A word about contact that comes after a later one of the client's: kept, and of no effect.

A STOP that was missed must not undo the START that followed it, nor a START a later STOP
(decision 0067).
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.base import ContactChange, Inbound
from onestep.domain.word_order import UNDONE_BY, Said, overtaken
from onestep.domain.words_table import Word
from onestep.services.scope import new_turn_id
from onestep.storage import talk
from onestep.storage.models import Inbox, Message

OVERTAKEN = "overtaken"  # in the body of such a word's row
LATELY = 50  # words of one client that are looked at; they write a handful in a year
# What a provider tells stands for the word that the client gave it.
TOLD = {"blocked": Word.STOP, "opted_out": Word.STOP, "opted_in": Word.START}


def is_overtaken(
    session: Session,
    client_id: str,
    word: object,
    by: Inbound | ContactChange,
    *,
    now: datetime,
) -> bool:
    """Whether the client took this word back before it came to us; false for anything else.

    Ask before it is put into their queue itself.
    """
    if word not in UNDONE_BY or (by.sent_at is None and not by.late):
        return False
    said = Said(Word(str(word)), now, by.sent_at)
    return overtaken(said, _known(session, client_id, by.channel), late=by.late)


def let_lie(session: Session, row: Inbox) -> None:
    """Closes a row to which nothing is to be said, unless danger in it has been answered."""
    if row.state != "waiting":
        return
    id, now = new_turn_id(), row.received_at
    talk.add_turn(session, id=id, client_id=row.client_id, by="application", now=now)
    row.state, row.turn_id = "done", id
    if row.message_id is not None:
        session.get_one(Message, row.message_id).turn_id = id
    session.flush()


def take_back(session: Session, client_id: str, *words: Word) -> None:
    """Lets those of these words lie that still wait: what the client did since undoes them."""
    waits = session.scalars(
        select(Inbox)
        .where(Inbox.client_id == client_id, Inbox.state == "waiting", Inbox.kind == "command")
        .where(Inbox.body["command"].as_string().in_(words))
    )
    for row in waits:
        let_lie(session, row)


def _known(session: Session, client_id: str, channel: str) -> list[Said]:
    """The client's last words about contact; when they were sent, by the clock of `channel`."""
    typed = session.execute(
        select(Inbox.body, Inbox.received_at, Message.sent_at, Message.channel)
        .outerjoin(Message, Message.id == Inbox.message_id)
        .where(Inbox.client_id == client_id, Inbox.kind == "command")
        .order_by(Inbox.seq.desc())
        .limit(LATELY)
    )
    told = session.execute(
        select(Message.kind, Message.at, Message.sent_at, Message.channel)
        .where(Message.client_id == client_id, Message.direction == "in")
        .where(Message.kind.in_(TOLD))
        .order_by(Message.id.desc())
        .limit(LATELY)
    )
    words = [(str(body["command"]), *rest) for body, *rest in typed]
    words += [(TOLD[kind].value, *rest) for kind, *rest in told]
    return [
        Said(Word(word), came, sent if by == channel else None)
        for word, came, sent, by in words
        if word in UNDONE_BY
    ]
