"""Queries about what is kept: entries in the client's words, ratings, steps, asks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from onestep.storage import sealed
from onestep.storage.base import new_id
from onestep.storage.models import Ask, Entry, Person, Rating, SmallStep

# Asked in every turn, so put together once: building a statement costs more than running it.
_CLIENT: BindParameter[str] = bindparam("client_id")
_KEPT = select(Entry).where(Entry.client_id == _CLIENT, Entry.struck_at.is_(None))
_RECENT = _KEPT.order_by(Entry.id.desc()).limit(bindparam("limit"))
_OF_KIND = _KEPT.where(Entry.kind == bindparam("kind"))
_LATEST = _OF_KIND.order_by(Entry.id.desc()).limit(1)
_LATEST_HERE = (
    _OF_KIND.where(Entry.conversation_id == bindparam("conversation_id"))
    .order_by(Entry.id.desc())
    .limit(1)
)
_LATEST_STEP = (
    select(SmallStep).where(SmallStep.client_id == _CLIENT).order_by(SmallStep.id.desc()).limit(1)
)


def add_entry(
    session: Session,
    *,
    client_id: str,
    kind: str,
    words: str,
    message_ids: Sequence[str],
    at: datetime,
    zone: str,
    turn_id: str | None,
    **more: Any,
) -> Entry:
    """Keeps the client's exact words as one entry."""
    id = new_id()
    entry = Entry(
        id=id,
        client_id=client_id,
        kind=kind,
        at=at,
        zone=zone,
        turn_id=turn_id,
        words=sealed.seal(session, "entry", "words", id, words),
        message_ids=list(message_ids),
        **more,
    )
    session.add(entry)
    session.flush()
    return entry


def add_ask(
    session: Session,
    *,
    client_id: str,
    about: str,
    words: str,
    message_ids: Sequence[str],
    at: datetime,
    zone: str,
    turn_id: str | None,
    detail: str | None = None,
    date_words: str | None = None,
    due_at: datetime | None = None,
) -> Ask:
    """Keeps something for a person to act on, with the client's words."""
    id = new_id()
    dated = None
    if date_words is not None:
        dated = sealed.seal(session, "ask", "date_words", id, date_words)
    ask = Ask(
        id=id,
        client_id=client_id,
        about=about,
        detail=detail,
        turn_id=turn_id,
        at=at,
        zone=zone,
        words=sealed.seal(session, "ask", "words", id, words),
        message_ids=list(message_ids),
        date_words=dated,
        due_at=due_at,
    )
    session.add(ask)
    session.flush()
    return ask


def find_ask(
    session: Session, client_id: str, *, about: str, message_ids: Sequence[str]
) -> Ask | None:
    """The row for a person that was made of exactly these messages."""
    rows = session.scalars(
        select(Ask)
        .where(Ask.client_id == client_id, Ask.about == about)
        .order_by(Ask.id.desc())
        .limit(20)
    )
    return next((row for row in rows if row.message_ids == list(message_ids)), None)


def add_rating(
    session: Session,
    *,
    client_id: str,
    area: str,
    stage: str,
    at: datetime,
    zone: str,
    turn_id: str | None,
    entry_id: str | None = None,
) -> Rating:
    """Keeps where the client placed themselves."""
    rating = Rating(
        id=new_id(),
        client_id=client_id,
        area=area,
        stage=stage,
        at=at,
        zone=zone,
        turn_id=turn_id,
        entry_id=entry_id,
    )
    session.add(rating)
    session.flush()
    return rating


def add_person(session: Session, *, client_id: str, name: str, now: datetime) -> None:
    """Keeps the name of someone the client wrote of."""
    id = new_id()
    session.add(
        Person(
            id=id,
            client_id=client_id,
            named_at=now,
            name=sealed.seal(session, "person", "name", id, name),
        )
    )
    session.flush()


def recent(session: Session, client_id: str, *, limit: int) -> list[Entry]:
    """The newest entries that were not struck, oldest first."""
    rows = session.scalars(_RECENT, {"client_id": client_id, "limit": limit}).all()
    return list(reversed(rows))


def latest(
    session: Session, client_id: str, kind: str, *, conversation_id: str | None = None
) -> Entry | None:
    """The newest entry of a kind, of the whole record or of one conversation."""
    asked = {"client_id": client_id, "kind": kind}
    if conversation_id is None:
        return session.scalar(_LATEST, asked)
    return session.scalar(_LATEST_HERE, {**asked, "conversation_id": conversation_id})


def latest_step(session: Session, client_id: str) -> SmallStep | None:
    """The client's newest small sign or step."""
    return session.scalar(_LATEST_STEP, {"client_id": client_id})


def latest_rating(session: Session, client_id: str, area: str) -> Rating | None:
    """The client's newest placing in an area."""
    return session.scalar(
        select(Rating)
        .where(Rating.client_id == client_id, Rating.area == area)
        .order_by(Rating.id.desc())
        .limit(1)
    )
