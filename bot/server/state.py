"""Carry the dialogue state in and out of Rasa's tracker: slots and the open loop, no history."""

import json
from dataclasses import dataclass
from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME, DEFAULT_SLOT_NAMES, REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    SlotSet,
)
from rasa.shared.core.trackers import DialogueStateTracker

from server.checks import hold_no_words
from server.errors import StateTooBig

LARGEST_STATE = 4096  # bytes of JSON
TRANSIENT = ("context", "turn")  # given to the actions of one turn, never kept
_NOT_OURS = frozenset(DEFAULT_SLOT_NAMES) | frozenset(TRANSIENT)


@dataclass(frozen=True)
class Opened:
    """A tracker ready for this turn's message; loop_gone when its question no longer exists."""

    tracker: DialogueStateTracker
    loop_gone: bool


def _slots_of(state: dict[str, Any], domain: Domain) -> dict[str, Any]:
    """Return the slots that this model knows; those of an older model fall away."""
    slots = state.get("slots")
    known = {slot.name for slot in domain.slots} - _NOT_OURS
    return {k: v for k, v in slots.items() if k in known} if isinstance(slots, dict) else {}


def _loop_of(state: dict[str, Any]) -> dict[str, Any] | None:
    loop = state.get("active_loop")
    return loop if isinstance(loop, dict) and loop.get("name") else None


def _loop_exists(loop: dict[str, Any], domain: Domain) -> bool:
    slot = loop.get("requested_slot")
    return loop["name"] in domain.form_names and (
        slot is None or any(known.name == slot for known in domain.slots)
    )


def _loop_events(loop: dict[str, Any]) -> list[Event]:
    events: list[Event] = [
        ActiveLoop(loop["name"]),
        SlotSet(REQUESTED_SLOT, loop.get("requested_slot")),
    ]
    if loop.get("rejected"):
        events.append(ActionExecutionRejected(loop["name"]))
    return events


def open_tracker(
    state: dict[str, Any] | None,
    transient: dict[str, Any],
    domain: Domain,
    *,
    let_go: bool,
) -> Opened:
    """Build a tracker that waits for a message, from the state alone.

    State goes in as events because Rasa's forms replay the events onto fresh slots. `let_go`
    drops the open loop: the application holds no prompt open any more.
    """
    state = state or {}
    loop = _loop_of(state)
    gone = loop is not None and not let_go and not _loop_exists(loop, domain)
    slots = {**_slots_of(state, domain), **transient}
    events: list[Event] = [SlotSet(name, value) for name, value in slots.items()]
    if loop and not gone and not let_go:
        events.extend(_loop_events(loop))
    tracker = DialogueStateTracker("turn", domain.slots)
    tracker.update_with_events([*events, ActionExecuted(ACTION_LISTEN_NAME)], domain)
    return Opened(tracker, gone)


def close_tracker(tracker: DialogueStateTracker, model: str) -> dict[str, Any]:
    """Return the state to keep; raises StateTooBig, or BadAction when it holds words."""
    slots = {
        name: slot.value
        for name, slot in tracker.slots.items()
        if name not in _NOT_OURS and slot.value != slot.initial_value
    }
    state = {"model": model, "slots": slots, "active_loop": _loop_to_keep(tracker)}
    hold_no_words(state, "the state")
    if len(json.dumps(state, separators=(",", ":"))) > LARGEST_STATE:
        raise StateTooBig
    return state


def _loop_to_keep(tracker: DialogueStateTracker) -> dict[str, Any] | None:
    loop = tracker.active_loop
    if loop is None or loop.name is None:
        return None
    kept = {"name": loop.name, "requested_slot": tracker.get_slot(REQUESTED_SLOT)}
    return {**kept, "rejected": True} if loop.rejected else kept
