"""Raises alerts: one for a concern, to which is added what the client writes while it rings.

A worry about us is always one of its own, because the people of the other may be whom it is about.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from onestep.safety import Level, Verdict
from onestep.services import ringing
from onestep.services.app import App
from onestep.storage import alerts
from onestep.storage.models import Alert, Client, Incident, Message

LOUDER = ("unread", "soft", "now")


def raise_for_client(
    app: App,
    session: Session,
    client: Client,
    message: Message,
    verdict: Verdict,
    *,
    now: datetime,
    promised_at: datetime | None = None,
    about: str | None = None,
) -> Alert:
    """The alert that this concern belongs to: the one that is going on, louder now, or a new one.

    `about`: the coach whom a worry about us may name. A *now* that comes after somebody took it
    climbs afresh; while it rings it is only added. What is quieter is a note.
    """
    about_us = about is not None
    found = alerts.of_client(session, client.id, about_us=about_us)
    if found is None:
        found = alerts.add(
            session,
            message,
            client_id=client.id,
            to_coach_id=None if about_us else client.coach_id,
            about_coach_id=about,
            promised_at=promised_at,
            **_seen(verdict, now, about_us=about_us),
        )
        _ring(app, session, found, verdict, now=now, new=True)
        return found
    return _add_to(app, session, found, message, verdict, now=now, promised_at=promised_at)


def raise_for_incident(
    app: App,
    session: Session,
    incident: Incident,
    message: Message,
    verdict: Verdict,
    *,
    now: datetime,
    promised_at: datetime | None = None,
) -> Alert:
    """The same for danger from a phone in no client's record; on-call is rung first."""
    found = alerts.of_address(session, incident.address_id)
    if found is not None:
        return _add_to(app, session, found, message, verdict, now=now, promised_at=promised_at)
    found = alerts.add(
        session,
        message,
        incident_id=incident.id,
        promised_at=promised_at,
        **_seen(verdict, now, about_us=False),
    )
    ringing.begin(app, session, found, now=now, because="raised")
    return found


def _add_to(
    app: App,
    session: Session,
    found: Alert,
    message: Message,
    verdict: Verdict,
    *,
    now: datetime,
    promised_at: datetime | None,
) -> Alert:
    seen = _seen(verdict, now, about_us=False)
    alerts.append(session, found, message, **seen)
    louder = LOUDER.index(verdict.level.value) > LOUDER.index(found.level)
    if louder:
        found.level, found.by, found.detail = verdict.level.value, seen["by"], seen["detail"]
        found.message_id, found.spans = message.id, seen["spans"]
        if found.category != alerts.ABOUT_US:
            found.category = seen["category"]
    elif found.by == "score" and verdict.level is Level.NOW:
        found.by = seen["by"]  # once it is said outright it is no guess any more
    if promised_at is not None and (louder or found.state == "acknowledged"):
        found.promised_at = promised_at
    _ring(app, session, found, verdict, now=now, new=louder)
    return found


def _seen(verdict: Verdict, now: datetime, *, about_us: bool) -> dict[str, Any]:
    category = verdict.category.value if verdict.category else None
    return {
        "level": verdict.level.value,
        "by": verdict.by or "rule",
        "category": alerts.ABOUT_US if about_us else category,
        "detail": verdict.detail,
        "spans": [[span.start, span.end] for span in verdict.matched],
        "at": now,
    }


def _ring(
    app: App, session: Session, alert: Alert, verdict: Verdict, *, now: datetime, new: bool
) -> None:
    if verdict.level is Level.NOW:
        if new or alert.state == "acknowledged":
            ringing.begin(app, session, alert, now=now, because="raised")
    elif alert.level != Level.NOW.value:
        alert.state = "open"
        alert.due_at = alert.due_at or ringing.note_due(app, session, alert, now=now)
