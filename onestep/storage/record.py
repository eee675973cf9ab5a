"""Queries about what is kept: entries in the client's words, ratings, steps, asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select, union_all
from sqlalchemy.orm import Session

from onestep.storage import sealed
from onestep.storage.base import new_id
from onestep.storage.models import Ask, Entry, Person, Rating, SmallStep

# Asked in every turn, so put together once: building a statement costs more than running it.
_CLIENT: BindParameter[str] = bindparam("client_id")
_KEPT = select(Entry).where(Entry.client_id == _CLIENT, Entry.struck_at.is_(None))
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
_RECENT_IDS = _KEPT.with_only_columns(Entry.id).order_by(Entry.id.desc()).limit(bindparam("limit"))
_NEWEST = select(func.max(Entry.id)).where(Entry.client_id == _CLIENT, Entry.struck_at.is_(None))
_STEP = (
    select(SmallStep.entry_id, SmallStep.outcome_entry_id, SmallStep.shown)
    .where(SmallStep.client_id == _CLIENT)
    .order_by(SmallStep.id.desc())
    .limit(1)
    .subquery()
)
_OPEN_STEP = select(_STEP.c.entry_id).where(
    _STEP.c.outcome_entry_id.is_(None), _STEP.c.shown.is_(None)
)
# One statement for what would be five: the newest entries, and those a turn looks back to.
_TOLD = (
    select(Entry, _OPEN_STEP.scalar_subquery())
    .where(
        Entry.struck_at.is_(None),
        Entry.id.in_(
            union_all(
                select(_RECENT_IDS.subquery().c.id),
                _NEWEST.where(Entry.kind == "best_hopes"),
                _NEWEST.where(Entry.kind == "noticing"),
                _OPEN_STEP,
            )
        ),
    )
    .order_by(Entry.id.desc())
)


@dataclass(frozen=True)
class Told:
    """What a client has told that one turn may use."""

    recent: tuple[Entry, ...]  # oldest first
    best_hopes: Entry | None
    last_noticing: Entry | None
    open_step: Entry | None  # the newest small sign or step, while nobody knows what became of it


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


def told(session: Session, client_id: str, *, limit: int) -> Told:
    """The newest `limit` entries, and those a turn looks back to; struck ones never."""
    rows = session.execute(_TOLD, {"client_id": client_id, "limit": limit}).all()
    entries = [entry for entry, _ in rows]
    return Told(
        recent=tuple(reversed(entries[:limit])),
        best_hopes=_first(entries, kind="best_hopes"),
        last_noticing=_first(entries, kind="noticing"),
        open_step=next((entry for entry, step in rows if entry.id == step), None),
    )


def _first(entries: Sequence[Entry], *, kind: str) -> Entry | None:
    return next((entry for entry in entries if entry.kind == kind), None)


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
