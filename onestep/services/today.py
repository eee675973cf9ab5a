"""What needs a person today, for one coach: nothing else is on their first page."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from onestep.services.app import App
from onestep.services.thread_hidden import Hidden, hidden_from
from onestep.services.trouble import trouble
from onestep.storage import caseload, gone_out, sealed
from onestep.storage.models import (
    Alert,
    Ask,
    Client,
    Coach,
    Entry,
    HandOff,
    Message,
    Outbox,
)
from onestep.storage.models import Session as Meeting

ANSWERED_WITHIN = timedelta(hours=72)  # after something hard; then a person looks
HARD = ("hard", "loss")


@dataclass(frozen=True)
class Whom:
    """A client, and whose."""

    id: str
    called: str
    coach: str


@dataclass(frozen=True)
class WithAPerson:
    """A hand-off that waits for somebody, or goes on."""

    whom: Whom
    waits: bool
    because: str
    since: datetime
    promised_at: datetime | None


@dataclass(frozen=True)
class Wanted:
    """Something a client asked for, in their words, with its date as they put it."""

    id: str
    whom: Whom
    about: str
    detail: str | None
    words: str
    date_words: str | None
    at: datetime


@dataclass(frozen=True)
class Astray:
    """A message to a client that may not have arrived, and why."""

    whom: Whom
    why: str
    at: datetime


@dataclass(frozen=True)
class Met:
    """A session today or tomorrow."""

    whom: Whom
    on: date
    at: datetime | None


@dataclass(frozen=True)
class Silent:
    """Somebody who wrote something hard, and nothing since."""

    whom: Whom
    since: datetime


@dataclass(frozen=True)
class Today:
    """All of it, in the order in which it needs somebody."""

    with_a_person: tuple[WithAPerson, ...]
    wanted: tuple[Wanted, ...]
    met: tuple[Met, ...]
    astray: tuple[Astray, ...]
    silent: tuple[Silent, ...]


@dataclass(frozen=True)
class _Seen:
    """Whom this coach sees, and what of each is hidden from them."""

    session: Session
    whom: dict[str, Whom]
    hidden: dict[str, Hidden]
    now: datetime

    def shows(self, client_id: str, messages: Iterable[str]) -> bool:
        """Whether nothing of this is hidden."""
        return not self.hidden[client_id].messages.intersection(messages)


def today(app: App, *, seen_by: str) -> Today:
    """Reads what needs this coach, or a lead everybody."""
    with app.db.read() as session:
        seen = _seen(session, seen_by, app.clock())
        return Today(
            with_a_person=tuple(_with_a_person(seen)),
            wanted=tuple(_wanted(seen)),
            met=tuple(_met(seen)),
            astray=tuple(_astray(seen)),
            silent=tuple(_silent(seen)),
        )


def version(app: App) -> str:
    """Changes whenever anybody's Today may have: cheap enough to be asked each second."""
    with app.db.read() as session:
        parts = [
            session.scalar(select(func.max(Message.id))),
            *session.execute(select(Alert.state, func.count()).group_by(Alert.state)).all(),
            *session.execute(select(HandOff.state, func.count()).group_by(HandOff.state)).all(),
            session.scalar(select(func.count()).where(Ask.done_at.is_(None))),
            session.scalar(select(func.count()).where(Outbox.state.in_(("uncertain", "failed")))),
        ]
    return "-".join(str(part) for part in parts)


def done(app: App, ask_id: str, client_id: str, *, by: str) -> None:
    """A person has seen to what this client asked for; done twice, the first stays named."""
    with app.db.write() as session:
        ask = session.get(Ask, ask_id)
        if ask is not None and ask.client_id == client_id and ask.done_at is None:
            ask.done_at, ask.done_by = app.clock(), by


def _seen(session: Session, coach_id: str, now: datetime) -> _Seen:
    coaches = {
        each.id: sealed.coach_name(session, each) for each in session.scalars(select(Coach))
    }
    there = caseload.clients_of(session, session.get_one(Coach, coach_id), now)
    return _Seen(
        session,
        {
            each.id: Whom(
                each.id, sealed.called_or_none(session, each) or "", coaches[each.coach_id]
            )
            for each in there
        },
        {each.id: hidden_from(session, each, coach_id) for each in there},
        now,
    )


def _with_a_person(seen: _Seen) -> Iterator[WithAPerson]:
    rows = seen.session.scalars(
        select(HandOff)
        .where(HandOff.client_id.in_(seen.whom), HandOff.state != "closed")
        .order_by(HandOff.state.desc(), HandOff.id)  # requested before open
    )
    for row in rows:
        if row.id not in seen.hidden[row.client_id].hand_offs:
            yield WithAPerson(
                seen.whom[row.client_id],
                row.state == "requested",
                row.because,
                row.requested_at,
                row.promised_at,
            )


def _wanted(seen: _Seen) -> Iterator[Wanted]:
    rows = seen.session.scalars(
        select(Ask)
        .where(Ask.client_id.in_(seen.whom), Ask.done_at.is_(None))
        .order_by(Ask.due_at.is_(None), Ask.due_at, Ask.id)
    )
    for row in rows:
        if seen.shows(row.client_id, row.message_ids):
            yield Wanted(
                id=row.id,
                whom=seen.whom[row.client_id],
                about=row.about,
                detail=row.detail,
                words=sealed.ask_words(seen.session, row),
                date_words=sealed.ask_date_words(seen.session, row),
                at=row.at,
            )


def _met(seen: _Seen) -> Iterator[Met]:
    first = seen.now.date()
    rows = seen.session.scalars(
        select(Meeting)
        .where(Meeting.client_id.in_(seen.whom))
        .where(Meeting.on_date.between(first, first + timedelta(days=1)))
        .order_by(Meeting.on_date, Meeting.at)
    )
    for row in rows:
        yield Met(seen.whom[row.client_id], row.on_date, row.at)


def _astray(seen: _Seen) -> Iterator[Astray]:
    rows = seen.session.execute(
        select(Outbox, Message.coach_id)
        .join(Message, Message.id == Outbox.message_id)
        .where(Outbox.client_id.in_(seen.whom), Outbox.state.in_(("uncertain", "failed")))
        .where(Outbox.reason.is_(None) | Outbox.reason.not_in(gone_out.LET_BE))
        .order_by(Outbox.seq)
    )
    for row, coach_id in rows:
        if row.client_id is not None and seen.shows(row.client_id, [row.message_id]):
            why = trouble(row.state, row.reason, of_a_coach=coach_id is not None)
            yield Astray(seen.whom[row.client_id], why, row.tried_at or row.queued_at)


def _silent(seen: _Seen) -> Iterator[Silent]:
    """Whose last word was hard, or worried the screen, three days ago or more."""
    newest = (
        select(func.max(Message.id))
        .where(Message.client_id.in_(seen.whom), Message.direction == "in")
        .group_by(Message.client_id)
    )
    late = seen.now - ANSWERED_WITHIN
    rows = seen.session.scalars(
        select(Message).where(Message.id.in_(newest), Message.at < late).order_by(Message.at)
    )
    for row in rows:
        assert row.client_id is not None
        hard = row.screen_level in ("soft", "now") or _was_hard(seen.session, row)
        active = seen.session.get_one(Client, row.client_id).contact == "active"
        if hard and active and seen.shows(row.client_id, [row.id]):
            yield Silent(seen.whom[row.client_id], row.at)


def _was_hard(session: Session, message: Message) -> bool:
    rows = session.scalars(
        select(Entry.message_ids).where(
            Entry.client_id == message.client_id, Entry.kind.in_(HARD), Entry.at >= message.at
        )
    )
    return any(message.id in ids for ids in rows)
