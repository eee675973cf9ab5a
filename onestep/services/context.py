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
    Prompt,
    Rating,
)
from onestep.storage.models import Session as Meeting

NAMES_LIVE = timedelta(days=60)  # Q6 asks by name only for this long after it was told
SESSION_IS_NEAR = timedelta(days=3)
RECENT_ENTRIES = 10
LAST_ID = "~"  # no id sorts behind it

# Asked in every turn, so put together once: building a statement costs more than running it.
_CLIENT: BindParameter[str] = bindparam("client_id")
_BEGUN = select(func.count()).where(CheckIn.client_id == _CLIENT, CheckIn.opened_at.is_not(None))
# Of the last talk in which something was told: a gentle opener that was left unanswered, or put
# off, changes nothing.
_EARLIER_HARD = (
    select(Conversation.hard)
    .join(Entry, Entry.conversation_id == Conversation.id)
    .where(
        Entry.client_id == _CLIENT,
        Conversation.kind != "first_contact",
        Conversation.id != bindparam("besides"),
    )
    .order_by(Entry.id.desc())
    .limit(1)
)
_LAST_WORD = (
    select(Message.at)
    .where(
        Message.client_id == _CLIENT,
        Message.direction == "in",
        Message.id < bindparam("covered_from"),
    )
    .order_by(Message.at.desc())
    .limit(1)
)
_LAST_RATED = select(func.max(Rating.at)).where(Rating.client_id == _CLIENT).scalar_subquery()
_NEXT_MEETING = select(func.min(Meeting.on_date)).where(
    Meeting.client_id == _CLIENT, Meeting.on_date >= bindparam("today")
)
_OPEN_PROMPT = select(Prompt).where(Prompt.client_id == _CLIENT, Prompt.open)
# One statement for what would be seven.
_FACTS = select(
    talk.UNANSWERED.scalar_subquery().label("unanswered"),
    _EARLIER_HARD.scalar_subquery().label("last_hard"),
    _LAST_WORD.scalar_subquery().label("last_word"),
    _BEGUN.scalar_subquery().label("begun"),
    _BEGUN.where(CheckIn.opened_at > _LAST_RATED).scalar_subquery().label("begun_since"),
    _NEXT_MEETING.scalar_subquery().label("next_session"),
    _OPEN_PROMPT.with_only_columns(Prompt.id).scalar_subquery().label("prompt"),
    _OPEN_PROMPT.with_only_columns(Prompt.asks).scalar_subquery().label("asks"),
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
    told = record.told(session, client_id, limit=RECENT_ENTRIES)
    asking = scope.conversation
    facts = _facts(session, scope)
    fields: dict[str, Any] = {
        "now": scope.now.isoformat(),
        "zone": scope.terms.zone,
        "language": scope.terms.language,
        "channel": scope.channel,
        "length": scope.terms.length,
        "discreet": scope.discreet,
        "called": scope.called,
        "coach": scope.coach,
        "kind": asking.kind if asking else "unprompted",
        "asks_left": asking.asks_left if asking else 0,
        "open_prompt": {"id": facts.prompt, "asks": facts.asks} if facts.prompt else None,
        "unanswered": facts.unanswered,
        "last_hard": bool(facts.last_hard),
        "quiet_days": (scope.now - facts.last_word).days if facts.last_word else 0,
        "screen": _screen(scope),
        "people": list(people),
        "entries": [
            {"ref": entry.id, "date": entry.at.date().isoformat()} for entry in told.recent
        ],
        "best_hopes": _words(session, told.best_hopes),
        "last_noticing": _words(session, told.last_noticing),
        "last_small_step": _words(session, told.open_step),
        "areas_due": _areas_due(scope, facts),
        "next_session": facts.next_session.isoformat() if facts.next_session else None,
    }
    fields["due"] = _due(fields, scope.now)
    texts = {entry.id: sealed.entry_words(session, entry) for entry in told.recent}
    return Context(fields, {**texts, **scope.texts}, people)


def _facts(session: Session, scope: Scope) -> Any:
    """The row of `_FACTS`, by its labels."""
    asking = scope.conversation
    return session.execute(
        _FACTS,
        {
            "client_id": scope.client.id,
            # Nothing has an empty id.
            "besides_check_in": (asking.check_in_id if asking else None) or "",
            "besides": asking.id if asking else "",
            "covered_from": min((message.id for message in scope.messages), default=LAST_ID),
            "today": scope.now.date(),
        },
    ).one()


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


def _areas_due(scope: Scope, facts: Any) -> list[dict[str, Any]]:
    asking = scope.conversation
    if asking is None or asking.kind != "check_in":
        return []
    rated = scope.session.execute(_RATED, {"client_id": scope.client.id}).all()
    areas = ratings_due(
        [area.key for area in scope.content.areas],
        dict(rated),
        check_in_number=facts.begun,
        now=scope.now,
        hard=asking.hard,
        together=False,
        check_ins_since=facts.begun_since if rated else None,
    )
    stages = {area.key: [stage.key for stage in area.stages] for area in scope.content.areas}
    return [{"key": key, "stages": stages[key]} for key in areas]


def _words(session: Session, entry: Entry | None) -> str | None:
    return sealed.entry_words(session, entry) if entry else None


def _due(fields: dict[str, Any], now: datetime) -> list[str]:
    due = ["rating"] if fields["areas_due"] else []
    near = (now + SESSION_IS_NEAR).date().isoformat()
    if fields["next_session"] and fields["next_session"] <= near:
        due.append("session")
    return due
