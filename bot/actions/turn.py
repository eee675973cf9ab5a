"""One turn as the actions see it: what came in, what is known, spans mapped to messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Span = dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """What the language part made of a text: one label, and what the text contains."""

    text: str
    intent: str
    confidence: float
    parts: tuple[tuple[str, float], ...]
    marks: Mapping[str, Any]

    @property
    def words(self) -> int:
        """How many words were written."""
        return len(self.text.split())


@dataclass(frozen=True)
class Turn:
    """Everything an action may look at; nothing in here is ever changed."""

    turn_id: str
    kind: str
    key: str | None
    messages: tuple[Mapping[str, Any], ...]
    reading: Reading
    context: Mapping[str, Any]
    loop: str | None
    open_asks: str | None

    @property
    def refs(self) -> list[str]:
        """The references of every message of this turn, in order."""
        return [str(message["ref"]) for message in self.messages]

    @property
    def asks_left(self) -> int:
        """How many questions the application still allows, the next one included."""
        return int(self.context.get("asks_left") or 0)

    @property
    def discreet(self) -> bool:
        """Whether nothing that shows may be said on this phone."""
        return bool(self.context.get("discreet"))

    @property
    def flagged(self) -> bool:
        """Whether the concern screen saw something in this turn's words."""
        return str((self.context.get("screen") or {}).get("level", "none")) != "none"

    def span(self, mark: Sequence[int] | None) -> Span | None:
        """A stretch of the joined text as a stretch of one message; None when it crosses two."""
        if not mark:
            return None
        start, end = int(mark[0]), int(mark[1])
        for message in self.messages:
            first, last = int(message["start"]), int(message["end"])
            if first <= start < end <= last:
                return {"ref": str(message["ref"]), "start": start - first, "end": end - first}
        return None

    def overlaps_flagged(self, span: Span) -> bool:
        """Whether a span touches words the concern screen flagged."""
        flagged = (self.context.get("screen") or {}).get("spans") or []
        return any(
            one.get("ref") == span["ref"]
            and int(one["start"]) < span["end"]
            and span["start"] < int(one["end"])
            for one in flagged
        )


def read_turn(tracker: Any) -> Turn:
    """The turn behind a rasa-sdk tracker; safe in `rasa shell`, where no application speaks."""
    slots, message = tracker.slots, tracker.latest_message or {}
    given = slots.get("turn") or _typed_in_shell(message)
    context = slots.get("context") or {"asks_left": 5, "length": "ordinary", "kind": "unprompted"}
    loop = (tracker.active_loop or {}).get("name")
    asking = slots.get("asking") if loop else None
    return Turn(
        turn_id=str(given.get("turn_id", "")),
        kind=str(given.get("kind", "text")),
        key=given.get("key"),
        messages=tuple(given.get("messages") or ()),
        reading=_reading(message),
        context=context,
        loop=loop if _still_open(slots.get("context"), asking) else None,
        open_asks=asking if _still_open(slots.get("context"), asking) else None,
    )


def _still_open(context: Mapping[str, Any] | None, asking: Any) -> bool:
    """The application holds the open question; without it the loop is let go."""
    if not asking:
        return False
    if not context or "open_prompt" not in context:
        return True
    held = context["open_prompt"]
    return bool(held) and held.get("asks") == asking


def _reading(message: Mapping[str, Any]) -> Reading:
    intent = message.get("intent") or {}
    parts = tuple(
        (str(part["intent"]["name"]), float(part["intent"]["confidence"]))
        for part in message.get("parts") or ()
    )
    return Reading(
        text=str(message.get("text") or ""),
        intent=str(intent.get("name") or ""),
        confidence=float(intent.get("confidence") or 0.0),
        parts=parts,
        marks=message.get("marks") or {},
    )


def _typed_in_shell(message: Mapping[str, Any]) -> dict[str, Any]:
    """In `rasa shell` there is no application: one message, known by its own id."""
    text = str(message.get("text") or "")
    name = str((message.get("intent") or {}).get("name") or "")
    kind = "event" if name.startswith("event_") else "choice" if name == "choice" else "text"
    ref = str(message.get("message_id") or "m1")[:40]
    messages = [{"ref": ref, "start": 0, "end": len(text)}] if kind == "text" else []
    key = next(
        (e["value"] for e in message.get("entities") or () if e.get("entity") == "key"), None
    )
    return {"turn_id": ref, "kind": kind, "messages": messages, "key": key}
