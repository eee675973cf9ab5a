"""Read a turn's input: texts through the trained pipeline, choices and events by hand."""

from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE

from server.clean import neutral
from server.model import Model
from server.request import Input

MOST_PARTS = 20  # of a burst, read one by one as well
_UNREADABLE = {"intent": {"name": "out_of_scope", "confidence": 0.0}, "marks": {}}


def read_input(heard: Input, model: Model) -> dict[str, Any]:
    """Return Rasa's parse data for the input, its `text` the original (joined) one.

    A typed text is never an intent: the pipeline gets a neutral copy and stops before Rasa's
    own component that obeys "/intent". `parts` holds each message of a burst, read alone.
    """
    if heard.kind == "text":
        return _read_text(heard, model)
    name = heard.kind if heard.kind == "choice" else f"event_{heard.event}"
    return {
        "text": "",
        "intent": {"name": name, "confidence": 1.0},
        "intent_ranking": [],
        "entities": [],
        "marks": {},
        "parts": [],
    }


def _read_text(heard: Input, model: Model) -> dict[str, Any]:
    texts = [heard.text]
    if len(heard.messages) > 1:
        texts += [heard.text[m.start : m.end] for m in heard.messages[:MOST_PARTS]]
    parsed = [_parse(text, model) for text in texts]
    parts = [{"intent": p["intent"], "marks": p.get("marks", {})} for p in parsed[1:]]
    return {"intent_ranking": [], **parsed[0], "text": heard.text, "entities": [], "parts": parts}


def _parse(text: str, model: Model) -> dict[str, Any]:
    read = neutral(text)
    if not any(c.isalnum() for c in read):
        return dict(_UNREADABLE)
    messages: list[Any] = model.runner.run(
        {PLACEHOLDER_MESSAGE: [UserMessage(read)]}, [model.nlu_target]
    )[model.nlu_target]
    parsed: dict[str, Any] = messages[0].as_dict(only_output_properties=True)
    return parsed
