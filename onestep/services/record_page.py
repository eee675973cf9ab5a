"""A client's record as one page: what a coach would see, in the client's own words."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from onestep.content import Content
from onestep.services import hand_off
from onestep.services.app import App
from onestep.services.record_lines import (
    Concern,
    ForPerson,
    Kept,
    Line,
    Placing,
    RecordPage,
    Said,
    Step,
)
from onestep.services.scope import Scope, new_turn_id, open_scope
from onestep.services.stretches import names_of, stretches_of
from onestep.services.thread_hidden import Hidden, hidden_from
from onestep.services.times import in_words, next_check_in_words
from onestep.storage import attachments, sealed
from onestep.storage.models import Alert, Ask, Entry, Message, Rating, SmallStep

THREAD_SHOWN = 60
# Kinds that belong to something else on the page, or are shown in a place of their own.
ELSEWHERE = {"best_hopes", "noticing", "small_step", "step_outcome", "rating"}


def record_page(app: App, client_id: str, *, seen_by: str | None = None) -> RecordPage:
    """Reads the whole record of one client. Raises NoResultFound when there is none.

    `seen_by`: a coach, who does not see what is about them, or was not meant for them.
    """
    with app.db.read() as session:
        scope = open_scope(
            session, app.content, client_id=client_id, turn_id=new_turn_id(), now=app.clock()
        )
        hidden = hidden_from(session, scope.client, seen_by) if seen_by else Hidden()
        return _page(scope, hidden)


def _page(scope: Scope, hidden: Hidden) -> RecordPage:
    session, client = scope.session, scope.client
    entries = [
        entry
        for entry in _entries(session, client.id)
        if not hidden.messages.intersection(entry.message_ids)
    ]
    lines = [_line(scope, entry, entries) for entry in entries if entry.part_of is None]
    found = hand_off.current(session, client.id)
    return RecordPage(
        client_id=client.id,
        called=scope.called,
        coach=scope.coach,
        contact=client.contact,
        contact_said=contact_said(scope),
        enrolment=client.enrolment,
        channel=scope.channel,
        hand_off=found.state if found and found.id not in hidden.hand_offs else None,
        held=client.held,
        next_check_in=next_check_in_words(scope),
        hopes=tuple(line for line in lines if line.kind == "best_hopes"),
        noticings=tuple(line for line in lines if line.kind == "noticing"),
        others=tuple(line for line in lines if line.kind not in ELSEWHERE),
        pictures=tuple(_pictures(scope)),
        steps=tuple(_steps(scope)),
        placings=tuple(_placings(scope)),
        for_person=tuple(_for_person(scope, hidden)),
        concerns=tuple(_concerns(scope, hidden)),
        thread=tuple(_thread(scope, hidden)),
        stretches=stretches_of(session, client.id, hidden),
    )


def _entries(session: Session, client_id: str) -> Sequence[Entry]:
    return session.scalars(
        select(Entry)
        .where(Entry.client_id == client_id, Entry.coach_may_see, Entry.struck_at.is_(None))
        .order_by(Entry.id.desc())
    ).all()


def _line(scope: Scope, entry: Entry, entries: Sequence[Entry]) -> Line:
    parts = [part for part in reversed(entries) if part.part_of == entry.id]
    return Line(
        kind=entry.kind,
        words=sealed.entry_words(scope.session, entry),
        at=_local(scope, entry.at),
        number=entry.number,
        parts=tuple(_line(scope, part, entries) for part in parts),
        flagged=entry.flagged,
        corrected=any(other.corrects == entry.id for other in entries),
    )


def _pictures(scope: Scope) -> list[Kept]:
    rows = attachments.of_client(scope.session, scope.client.id)
    return [Kept(row.kind, row.state, row.reason, row.size, _local(scope, row.at)) for row in rows]


def _steps(scope: Scope) -> list[Step]:
    session = scope.session
    rows = session.scalars(
        select(SmallStep)
        .where(SmallStep.client_id == scope.client.id)
        .order_by(SmallStep.id.desc())
    )
    return [
        Step(
            words=_words_of(session, row.entry_id) or "",
            kind=row.kind,
            at=_local(scope, row.at),
            size=row.size,
            help_wanted=row.help_wanted,
            outcome=_words_of(session, row.outcome_entry_id),
        )
        for row in rows
    ]


def _placings(scope: Scope) -> list[Placing]:
    rows = scope.session.scalars(
        select(Rating).where(Rating.client_id == scope.client.id).order_by(Rating.id.desc())
    )
    return [
        Placing(
            area=_area_label(scope.content, row.area),
            stage=_stage_label(scope.content, row.area, row.stage),
            at=_local(scope, row.at),
            words=_words_of(scope.session, row.entry_id),
        )
        for row in rows
    ]


def _area_label(content: Content, key: str) -> str:
    return next((area.label for area in content.areas if area.key == key), key)


def _stage_label(content: Content, area_key: str, key: str) -> str:
    stages = next((area.stages for area in content.areas if area.key == area_key), ())
    return next((stage.client for stage in stages if stage.key == key), key)


def _for_person(scope: Scope, hidden: Hidden) -> list[ForPerson]:
    rows = scope.session.scalars(
        select(Ask).where(Ask.client_id == scope.client.id).order_by(Ask.id.desc())
    )
    return [
        ForPerson(
            about=row.about,
            detail=row.detail,
            words=sealed.ask_words(scope.session, row),
            date_words=sealed.ask_date_words(scope.session, row),
            at=_local(scope, row.at),
            done=row.done_at is not None,
        )
        for row in rows
        if not hidden.messages.intersection(row.message_ids)
    ]


def _concerns(scope: Scope, hidden: Hidden) -> list[Concern]:
    rows = scope.session.execute(
        select(Alert, Message)
        .join(Message, Message.id == Alert.message_id)
        .where(Alert.client_id == scope.client.id)
        .order_by(Alert.id.desc())
    ).all()
    return [
        Concern(
            id=alert.id,
            level=alert.level,
            category=alert.category,
            words=_matched(sealed.readable(scope.session, message) or "", alert.spans),
            state=alert.state,
            at=_local(scope, alert.at),
        )
        for alert, message in rows
        if not hidden.line(message)
    ]


def _matched(text: str, spans: Sequence[Sequence[int]]) -> tuple[str, ...]:
    return tuple(text[start:end] for start, end in spans)


def _thread(scope: Scope, hidden: Hidden) -> list[Said]:
    rows = scope.session.scalars(
        select(Message)
        .where(Message.client_id == scope.client.id)
        .order_by(Message.id.desc())
        .limit(THREAD_SHOWN)
    ).all()
    names = names_of(scope.session)
    return [
        Said(
            who="client" if row.direction == "in" else "coach" if row.coach_id else "bot",
            text=sealed.readable(scope.session, row),
            at=_local(scope, row.at),
            with_person=row.relayed,
            edited=row.kind == "edit",
            name=names.get(row.coach_id or ""),
        )
        for row in reversed(rows)
        if not hidden.line(row)
    ]


def contact_said(scope: Scope) -> str:
    """The contact state as a plain fact, never a judgement."""
    client = scope.client
    since = in_words(client.contact_since, scope)
    if client.enrolment != "enrolled":
        return {"invited": "invited, has not answered yet"}.get(client.enrolment, client.enrolment)
    if client.contact == "paused" and client.paused_until is not None:
        return f"paused until {in_words(client.paused_until, scope)}"
    said = {
        "active": "in contact",
        "paused": f"paused since {since}",
        "stopped": f"stopped by them on {since}; nothing goes out",
        "ended": f"finished by their own word on {since}; the door is open",
        "unreachable": f"messages do not arrive since {since}",
    }[client.contact]
    return f"{said}, waiting for them to write" if client.waiting_for_them else said


def _words_of(session: Session, entry_id: str | None) -> str | None:
    entry = session.get(Entry, entry_id) if entry_id else None
    return sealed.entry_words(session, entry) if entry else None


def _local(scope: Scope, at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(scope.terms.zone))
