"""What comes in while the database is away: parked in the spool with all that answering needs."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from channels.base import Attachment, ContactChange, Inbound
from onestep.content import concern_reply
from onestep.safety import Category, Hit, Level, Request, ScreenContext, Span, Verdict
from onestep.services.already import Already
from onestep.services.app import App
from onestep.storage.spool import Parked

LOUDER = (Level.NONE, Level.UNREAD, Level.SOFT, Level.NOW)


@dataclass(frozen=True)
class Sender:
    """What is known of who wrote; with the database away, nothing, and then nothing may show."""

    context: ScreenContext
    discreet: bool = True


def park(app: App, inbound: Inbound, verdict: Verdict, sender: Sender, *, now: datetime) -> None:
    """Keeps one screened message until the database takes it.

    *Now* is parked with its fixed reply, which goes out at once. Raises OSError when the spool
    cannot take it either: its provider then has to bring it again.
    """
    reply = _fixed_reply(app, inbound, verdict, sender) if _is_answered(inbound, verdict) else None
    app.spool.park(
        {
            "inbound": _written(inbound),
            "at": now.isoformat(),
            "verdict": _seen(verdict),
            "reply": reply,
        },
        channel=inbound.channel,
        provider_id=inbound.provider_id,
    )
    app.bells.ring("spool")


def park_wordless(app: App, event: Inbound | ContactChange, *, now: datetime) -> None:
    """Keeps a call, or a change of contact, in its place among the messages. Raises OSError."""
    is_change = isinstance(event, ContactChange)
    body = {"change" if is_change else "inbound": _written(event), "at": now.isoformat()}
    app.spool.park(
        {**body, "verdict": None, "reply": None},
        channel=event.channel,
        provider_id=event.provider_id,
    )
    app.bells.ring("spool")


def is_wordless(parked: Parked) -> bool:
    """Whether it is what `park_wordless` keeps: nothing to screen, and nothing to answer."""
    return parked.body["verdict"] is None


def sender_of(parked: Parked) -> tuple[str, str]:
    """The channel it came by and who sent it, without reading the rest, which may be at fault."""
    fields = parked.body["change"] if "change" in parked.body else parked.body["inbound"]
    return fields["channel"], fields["sender"]


def event_of(parked: Parked) -> Inbound | ContactChange:
    """What waits, as its channel read it."""
    if "change" not in parked.body:
        return inbound_of(parked)
    fields = dict(parked.body["change"])
    return ContactChange(**{**fields, "sent_at": _moment(fields["sent_at"])})


def inbound_of(parked: Parked) -> Inbound:
    """The message as its channel read it."""
    fields = dict(parked.body["inbound"])
    sent_at = fields.pop("sent_at")
    attachments = fields.pop("attachments")
    return Inbound(
        **fields,
        sent_at=_moment(sent_at),
        attachments=tuple(Attachment(**each) for each in attachments),
    )


def came_at(parked: Parked) -> datetime:
    """When it came in, which is not when it is taken in."""
    return datetime.fromisoformat(parked.body["at"])


def verdict_of(parked: Parked) -> Verdict:
    """What the screen said of it at the door."""
    seen = parked.body["verdict"]
    return Verdict(
        level=Level(seen["level"]),
        by=seen["by"],
        category=Category(seen["category"]) if seen["category"] else None,
        detail=seen["detail"],
        matched=tuple(Span(start, end) for start, end in seen["matched"]),
        request=Request(seen["request"]),
        hits=tuple(
            Hit(Category(category), Level(level), detail, None)
            for category, level, detail in seen.get("hits", ())  # older files have none
        ),
    )


def louder(one: Verdict, other: Verdict) -> Verdict:
    """The verdict that asks more of us; `one` where both ask the same."""
    return max((one, other), key=lambda verdict: LOUDER.index(verdict.level))


def already_of(parked: Parked) -> Already | None:
    """The fixed reply, when it has gone out."""
    at = parked.body.get("reply_at")
    return Already(parked.body["reply"], datetime.fromisoformat(at)) if at else None


def _is_answered(inbound: Inbound, verdict: Verdict) -> bool:
    return verdict.level is Level.NOW and inbound.answerable


def _fixed_reply(app: App, inbound: Inbound, verdict: Verdict, sender: Sender) -> str:
    return concern_reply(
        app.content(sender.context.language),
        verdict.category.value if verdict.category else "",
        hours="in_hours",
        values={"coach": None},
        channel=inbound.channel,
        discreet=sender.discreet,
        by_score=verdict.by == "score",
    ).text


def _written(event: Inbound | ContactChange) -> dict[str, Any]:
    return {**asdict(event), "sent_at": event.sent_at and event.sent_at.isoformat()}


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _seen(verdict: Verdict) -> dict[str, Any]:
    return {
        "level": verdict.level.value,
        "by": verdict.by,
        "category": verdict.category.value if verdict.category else None,
        "detail": verdict.detail,
        "matched": [[span.start, span.end] for span in verdict.matched],
        "request": verdict.request.value,
        # Beside louder danger there may be a worry about us, which must not reach whom it names.
        "hits": [[hit.category.value, hit.level.value, hit.detail] for hit in verdict.hits],
    }
