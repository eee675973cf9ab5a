"""What the bot may know of a client for one turn: never more than the turn contract names."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select
from sqlalchemy.orm import Session

from onestep.domain.budget import ratings_due
from onestep.services.scope import Scope
from onestep.storage import record, sealed, talk
from onestep.storage.models import (
    CheckIn,
    Conversation,
    Entry,
    Message,
    Person,
    Rating,
)
from onestep.storage.models import Session as Meeting

NAMES_LIVE = timedelta(days=60)  # Q6 asks by name only for this long after it was told
SESSION_IS_NEAR = timedelta(days=3)
RECENT_ENTRIES = 10

# Asked in every turn, so put together once: building a statement costs more than running it.
_CLIENT: BindParameter[str] = bindparam("client_id")
_EARLIER_HARD = (
    select(Conversation.hard)
    .where(
        Conversation.client_id == _CLIENT,
        Conversation.kind != "first_contact",
        Conversation.id != bindparam("besides"),
    )
    .order_by(Conversation.id.desc())
    .limit(1)
)
_LAST_WORD = (
    select(Message.at)
    .where(
        Message.client_id == _CLIENT,
        Message.direction == "in",
        Message.id.not_in(bindparam("covered", expanding=True)),
    )
    .order_by(Message.at.desc())
    .limit(1)
)
_NAMED = (
    select(Person)
    .where(Person.client_id == _CLIENT, Person.named_at > bindparam("since"))
    .order_by(Person.id.desc())
)
_RATED = (
    select(Rating.area, func.max(Rating.at))
    .where(Rating.client_id == _CLIENT)
    .group_by(Rating.area)
)
_BEGUN = select(func.count()).where(CheckIn.client_id == _CLIENT, CheckIn.opened_at.is_not(None))
_BEGUN_AFTER = _BEGUN.where(CheckIn.opened_at > bindparam("after"))
_NEXT_MEETING = select(func.min(Meeting.on_date)).where(
    Meeting.client_id == _CLIENT, Meeting.on_date >= bindparam("today")
)


@dataclass(frozen=True)
class Context:
    """The context of one turn, with the exact texts that its answer may point into."""

    fields: dict[str, Any]
    texts: dict[str, str] = field(default_factory=dict)
    people: tuple[str, ...] = ()


def build(scope: Scope) -> Context:
    """Gathers the context of the turn contract for this client, as of the scope's moment."""
    session, client_id = scope.session, scope.client.id
    people = _people(session, client_id, scope.now)
    entries = record.recent(session, client_id, limit=RECENT_ENTRIES)
    asking = scope.conversation
    fields: dict[str, Any] = {
        "now": scope.now.isoformat(),
        "zone": scope.terms.zone,
        "language": scope.terms.language,
        "channel": scope.channel,
        "length": scope.terms.length,
        "discreet": scope.terms.discreet,
        "called": scope.called,
        "coach": scope.coach,
        "kind": asking.kind if asking else "unprompted",
        "asks_left": asking.asks_left if asking else 0,
        "open_prompt": _open_prompt(session, client_id),
        "unanswered": talk.unanswered_check_ins(
            session, client_id, besides=asking.check_in_id if asking else None
        ),
        "last_hard": _last_hard(session, client_id, asking),
        "quiet_days": _quiet_days(session, scope),
        "screen": _screen(scope),
        "people": list(people),
        "entries": [{"ref": entry.id, "date": entry.at.date().isoformat()} for entry in entries],
        **_rating(session, scope),
        **_earlier_words(session, client_id),
    }
    fields["next_session"] = _next_session(session, scope)
    fields["due"] = _due(fields, scope.now)
    texts = {entry.id: sealed.entry_words(session, entry) for entry in entries}
    return Context(fields, {**texts, **scope.texts}, people)


def _open_prompt(session: Session, client_id: str) -> dict[str, str] | None:
    prompt = talk.open_prompt(session, client_id)
    return {"id": prompt.id, "asks": prompt.asks} if prompt else None


def _last_hard(session: Session, client_id: str, asking: Conversation | None) -> bool:
    besides = asking.id if asking else ""  # no conversation has an empty id
    return bool(session.scalar(_EARLIER_HARD, {"client_id": client_id, "besides": besides}))


def _quiet_days(session: Session, scope: Scope) -> int:
    covered = [message.id for message in scope.messages]
    last = session.scalar(_LAST_WORD, {"client_id": scope.client.id, "covered": covered})
    return (scope.now - last).days if last else 0


def _screen(scope: Scope) -> dict[str, Any]:
    soft = [message for message in scope.messages if message.screen_level == "soft"]
    spans = [
        {"ref": message.id, "start": start, "end": end}
        for message in soft
        for start, end in message.screen_spans or []
    ]
    return {"level": "soft" if soft else "none", "spans": spans}


def _people(session: Session, client_id: str, now: datetime) -> tuple[str, ...]:
    named = session.scalars(_NAMED, {"client_id": client_id, "since": now - NAMES_LIVE})
    return tuple(dict.fromkeys(sealed.person_name(session, person) for person in named))


def _rating(session: Session, scope: Scope) -> dict[str, Any]:
    asking = scope.conversation
    if asking is None or asking.kind != "check_in":
        return {"areas_due": []}
    rated = session.execute(_RATED, {"client_id": scope.client.id}).all()
    last = max((at for _, at in rated), default=None)
    areas = ratings_due(
        [area.key for area in scope.content.areas],
        dict(rated),
        check_in_number=_opened(session, scope.client.id),
        now=scope.now,
        hard=asking.hard,
        together=False,
        check_ins_since=None if last is None else _opened(session, scope.client.id, after=last),
    )
    stages = {area.key: [stage.key for stage in area.stages] for area in scope.content.areas}
    return {"areas_due": [{"key": key, "stages": stages[key]} for key in areas]}


def _opened(session: Session, client_id: str, *, after: datetime | None = None) -> int:
    """How many check-ins have begun, in all or since a moment."""
    if after is None:
        return int(session.scalar(_BEGUN, {"client_id": client_id}) or 0)
    return int(session.scalar(_BEGUN_AFTER, {"client_id": client_id, "after": after}) or 0)


def _earlier_words(session: Session, client_id: str) -> dict[str, str | None]:
    return {
        "best_hopes": _latest(session, client_id, "best_hopes"),
        "last_noticing": _latest(session, client_id, "noticing"),
        "last_small_step": _open_step(session, client_id),
    }


def _latest(session: Session, client_id: str, kind: str) -> str | None:
    entry = record.latest(session, client_id, kind)
    return sealed.entry_words(session, entry) if entry else None


def _open_step(session: Session, client_id: str) -> str | None:
    step = record.latest_step(session, client_id)
    if step is None or step.outcome_entry_id is not None or step.shown is not None:
        return None
    return sealed.entry_words(session, session.get_one(Entry, step.entry_id))


def _next_session(session: Session, scope: Scope) -> str | None:
    today = {"client_id": scope.client.id, "today": scope.now.date()}
    found = session.scalar(_NEXT_MEETING, today)
    return found.isoformat() if found else None


def _due(fields: dict[str, Any], now: datetime) -> list[str]:
    due = ["rating"] if fields["areas_due"] else []
    near = (now + SESSION_IS_NEAR).date().isoformat()
    if fields["next_session"] and fields["next_session"] <= near:
        due.append("session")
    return due
