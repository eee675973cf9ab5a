"""Hold what an action returns to the event schema of Rasa and to our own contract."""

import re
from functools import cache
from typing import Any

from rasa.shared.core.events import (
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    FollowupAction,
    SlotSet,
)
from rasa.shared.exceptions import jsonschema
from rasa.shared.utils.schemas.events import EVENT_SCHEMA

from server.errors import BadAction

# What a stateless turn can carry. Any other event (restart, rewind, user, pause…) rewrites or
# extends a history that does not exist here, so it is refused rather than half obeyed.
ALLOWED_EVENTS: dict[str, type[Event]] = {
    cls.type_name: cls for cls in (SlotSet, FollowupAction, ActiveLoop, ActionExecutionRejected)
}

# "No words in state or commands" as a shape: keys, ids, counters, ISO dates; no blank.
_KEY = re.compile(r"[\w.:+/@-]{0,120}", re.ASCII)


@cache
def _validator(kind: str) -> Any:
    """Compile Rasa's schema for one kind of event, once.

    Stock Rasa compiles the whole schema at every action and tries each event against all of
    its 23 branches: most of the cost of a stock turn. The branch is picked by its constant.
    """
    branches = EVENT_SCHEMA["oneOf"]
    branch = next(b for b in branches if b["properties"]["event"]["const"] == kind)
    schema = {
        "type": "object",
        "properties": {**EVENT_SCHEMA["properties"], **branch["properties"]},
        "required": [*EVENT_SCHEMA["required"], *branch.get("required", ())],
    }
    return jsonschema.validators.validator_for(schema)(schema)


def read_events(answered: Any, action: str) -> list[Event]:
    """Return the events of an action's answer.

    Raises BadAction, naming the action and the kind of event but no value.
    """
    if answered is None:
        return []
    if not isinstance(answered, list):
        raise BadAction(f"{action} returned no list")
    return [_read_event(event, action) for event in answered]


def _read_event(event: Any, action: str) -> Event:
    kind = event.get("event") if isinstance(event, dict) else None
    if kind not in ALLOWED_EVENTS:
        raise BadAction(f"{action} returned an event that a stateless turn cannot keep")
    if not _validator(kind).is_valid(event):
        raise BadAction(f"{action} returned a malformed {kind} event")
    return ALLOWED_EVENTS[kind]._from_parameters(event)  # noqa: SLF001  from_parameters looks it up


def hold_no_words(value: Any, where: str) -> None:
    """Raise BadAction when a string anywhere in the value could be a client's words."""
    if isinstance(value, str):
        if not _KEY.fullmatch(value):
            raise BadAction(f"{where} holds text where only a key may stand")
    elif isinstance(value, dict):
        for name, item in value.items():
            hold_no_words(name, where)
            hold_no_words(item, where)
    elif isinstance(value, (list, tuple)):
        for item in value:
            hold_no_words(item, where)
    elif value is not None and not isinstance(value, (bool, int, float)):
        raise BadAction(f"{where} holds what JSON cannot")


def check_reply(reply: dict[str, Any]) -> None:
    """Raise BadAction unless the reply is {say, values, asks[, prompt, choices]}."""
    say, prompt = reply["say"], reply.get("prompt")
    hold_no_words(reply, f"reply {say}" if _KEY.fullmatch(say) else "a reply")
    if not isinstance(reply["values"], dict) or reply["asks"] not in (0, 1):
        raise BadAction(f"reply {say} has odd values or asks")
    if prompt is not None and not (isinstance(prompt, dict) and {"id", "asks"} <= set(prompt)):
        raise BadAction(f"reply {say} has a prompt without id or asks")
    for choice in reply.get("choices", ()):
        if not isinstance(choice, dict) or not isinstance(choice.get("key"), str):
            raise BadAction(f"reply {say} has a choice without a key")


def check_command(command: dict[str, Any]) -> None:
    """Raise BadAction unless the command has a name and holds no words."""
    if not isinstance(command.get("command"), str):
        raise BadAction("a command without a name")
    hold_no_words(command, "a command")
