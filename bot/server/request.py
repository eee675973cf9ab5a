"""Read one turn request and refuse whatever is not the turn contract."""

import json
from dataclasses import dataclass
from typing import Any

from server.clean import Placed, joined
from server.errors import BadRequest, StaleChoice, TooLarge

CONTRACT = 1
LARGEST_BODY = 256 * 1024  # bytes
LONGEST_CONTEXT_TEXT = 300  # code points
LONGEST_KEY = 80  # characters of an id
MOST_MESSAGES = 200  # of one burst
EVENTS = frozenset(
    {
        "first_contact",
        "check_in_due",
        "came_back",
        "pause_over",
        "session_over",
        "hand_off_closed",
        "not_a_concern",
    }
)


@dataclass(frozen=True)
class Input:
    """What happened: a text (joined and placed), a choice, or an event."""

    kind: str
    text: str = ""
    messages: tuple[Placed, ...] = ()
    prompt: str | None = None
    key: str | None = None
    event: str | None = None


@dataclass(frozen=True)
class TurnRequest:
    """One request, checked; `state` is None at the very first turn."""

    turn_id: str
    input: Input
    state: dict[str, Any] | None
    context: dict[str, Any]


def read_request(body: bytes) -> TurnRequest:
    """Return the checked request.

    Raises TooLarge, BadRequest (with our own words, never the client's) or StaleChoice.
    """
    if len(body) > LARGEST_BODY:
        raise TooLarge
    whole = _object(_parsed(body), "the request")
    if whole.get("contract") != CONTRACT:
        raise BadRequest("this bot speaks contract 1 only")
    context = _cut(_object(whole.get("context"), "context"))
    state = whole.get("state")
    return TurnRequest(
        turn_id=_key(whole.get("turn_id"), "turn_id"),
        input=_input(_object(whole.get("input"), "input"), context),
        state=None if state is None else _object(state, "state"),
        context=context,
    )


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("the body is not JSON") from None


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadRequest(f"{name} is not an object")
    return value


def _key(value: Any, name: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_KEY:
        raise BadRequest(f"{name} is not a short string")
    return value


def _input(given: dict[str, Any], context: dict[str, Any]) -> Input:
    kind = given.get("kind")
    if kind == "text":
        return _text(given.get("messages"))
    if kind == "choice":
        return _choice(given, context)
    if kind == "event":
        event = given.get("event")
        if event not in EVENTS:
            raise BadRequest("unknown event")
        return Input(kind="event", event=event)
    raise BadRequest("unknown input kind")


def _text(messages: Any) -> Input:
    if not isinstance(messages, list) or not 0 < len(messages) <= MOST_MESSAGES:
        raise BadRequest("messages is not a list of 1 to 200")
    pairs: list[tuple[str, str]] = []
    for given in messages:
        message = _object(given, "a message")
        if not isinstance(message.get("text"), str):
            raise BadRequest("a message has no text")
        pairs.append((_key(message.get("ref"), "ref"), message["text"]))
    text, places = joined(pairs)
    return Input(kind="text", text=text, messages=tuple(places))


def _choice(given: dict[str, Any], context: dict[str, Any]) -> Input:
    """A choice counts only for the prompt that the application still holds open."""
    prompt, key = _key(given.get("prompt"), "prompt"), _key(given.get("key"), "key")
    held = context.get("open_prompt")
    if not isinstance(held, dict) or held.get("id") != prompt:
        raise StaleChoice
    return Input(kind="choice", prompt=prompt, key=key)


def _cut(value: Any) -> Any:
    """Cut every text of the context at LONGEST_CONTEXT_TEXT code points."""
    if isinstance(value, str):
        return value[:LONGEST_CONTEXT_TEXT]
    if isinstance(value, list):
        return [_cut(item) for item in value]
    if isinstance(value, dict):
        return {name: _cut(item) for name, item in value.items()}
    return value
