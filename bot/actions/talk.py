"""A turn in the making: what is said, which commands are given, what is remembered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.turn import Span, Turn

# Slots that outlive a conversation: they only make the next one less samey.
LASTING = frozenset({"who_rest", "last_67", "last_end", "since_scale", "shown_done", "heard",
                     "lost", "offered"})  # fmt: skip
# A question is put once, and once more in other words; there is no third push.
MOST_TIMES = 2
# What a client's own words may be followed by. In a check-in left half-way these count on, so that
# days later nothing is put a third time, and what keeps them going is not asked for again.
ABOUT_A_NOTICING = frozenset({"helped", "how", "who", "difference", "you_noticed"})
COUNTS_ON = ABOUT_A_NOTICING | {"coping"}
TOLD_FOR_GOOD = frozenset({"coping"})
# Slots that are not ours to clear.
NOT_OURS = frozenset({"turn", "context", "requested_slot", "session_started_metadata"})


class Talk:
    """Collects one turn's replies, commands and slot changes over what was known before it."""

    def __init__(self, turn: Turn, slots: Mapping[str, Any]) -> None:
        """`slots` are the state's; they are read, and changes kept apart from them."""
        self.turn = turn
        self.replies: list[dict[str, Any]] = []
        self.commands: list[dict[str, Any]] = []
        self.changes: dict[str, Any] = {}
        self.say_instead: str | None = None  # asks the next question in these words
        self._known = dict(slots)

    def get(self, slot: str) -> Any:
        """A slot as it stands now in this turn."""
        return self.changes.get(slot, self._known.get(slot))

    def set(self, **slots: Any) -> None:
        """Remember keys, kinds and counters (never words)."""
        self.changes.update(slots)

    def say(self, key: str, **values: Any) -> None:
        """Say an utterance that asks nothing."""
        self.replies.append({"response": f"utter_{key}", "values": values})

    def order(self, command: str, **fields: Any) -> None:
        """Give the application a command."""
        self.commands.append({"command": command, **fields})

    def words(self, command: str, **fields: Any) -> None:
        """Give a command that points at everything written this turn."""
        self.order(command, words=self.turn.refs, **fields)

    def settle(self, asks: str, how: str = "told") -> None:
        """A question is over: told, let_go or skipped. It is not asked again in this talk."""
        self.set(over={**(self.get("over") or {}), asks: how})

    def settled(self, asks: str) -> bool:
        """Whether a question is over in this talk."""
        return asks in (self.get("over") or {})

    def told_in(self, asks: str) -> bool:
        """Whether a question was answered in words or by a choice."""
        return bool((self.get("over") or {}).get(asks) == "told")

    def reopen(self, asks: str) -> None:
        """Let a question be put again in this talk, as if it never had been."""
        known = {one: n for one, n in (self.get("asked") or {}).items() if one != asks}
        self.set(asked=known or None)
        self.unsettle(asks)

    def unsettle(self, asks: str) -> None:
        """A question is not over after all: it may come back, and counts as put."""
        over = {one: how for one, how in (self.get("over") or {}).items() if one != asks}
        self.set(over=over or None)

    def times_asked(self, asks: str) -> int:
        """How often a question was put to the client in this talk."""
        return int((self.get("asked") or {}).get(asks, 0))

    def note_asked(self, asks: str) -> None:
        """Count a question as put once more."""
        self.set(asked={**(self.get("asked") or {}), asks: self.times_asked(asks) + 1})

    def note_told(self, parts: list[str]) -> None:
        """What the client told without being asked; it is never asked."""
        known = list(self.get("told") or [])
        self.set(told=known + [part for part in parts if part not in known])

    def quote(self) -> Span | None:
        """A few of today's words that may be given back, or None when unsure."""
        reading = self.turn.reading
        span = self.turn.span(reading.marks.get("quote"))
        if reading.intent != "share_noticing" or reading.marks.get("hard"):
            return None
        if span is None or self.turn.flagged or self.turn.overlaps_flagged(span):
            return None
        return span

    def date(self) -> Span | None:
        """The date words of this turn, in the client's own words."""
        return self.turn.span(self.turn.reading.marks.get("date"))

    def clear(self) -> None:
        """Forget the talk that is over; lasting counters stay, and what its check-in counts on."""
        kept = self._counted_on() if self._check_in_goes_on() else {}
        for slot in {*self._known, *self.changes} - LASTING - NOT_OURS:
            self.set(**{slot: kept.get(slot)})

    def _check_in_goes_on(self) -> bool:
        """Whether the application's conversation outlives this talk: until the next one begins."""
        began = str(self.turn.context.get("kind") or "unprompted") != "unprompted"
        over = any(one["command"] == "end_check_in" for one in self.commands)
        return began and not over and self.turn.kind != "event"

    def _counted_on(self) -> dict[str, dict[str, Any] | None]:
        asked, over = self.get("asked") or {}, self.get("over") or {}
        told = {one: how for one, how in over.items() if one in TOLD_FOR_GOOD and how == "told"}
        return {
            "asked": {one: n for one, n in asked.items() if one in COUNTS_ON} or None,
            "over": told or None,
        }
