"""Shape one turn of the contract: what we ask the bot, and what it answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from onestep.dialogue_errors import BadAnswer

CONTRACT = 1
type Json = bool | int | float | str | list[Json] | dict[str, Json] | None
type JsonObject = Mapping[str, Json]


class Event(StrEnum):
    """What the application alone may tell the bot."""

    FIRST_CONTACT = "first_contact"
    CHECK_IN_DUE = "check_in_due"
    CAME_BACK = "came_back"
    PAUSE_OVER = "pause_over"
    SESSION_OVER = "session_over"
    HAND_OFF_CLOSED = "hand_off_closed"
    NOT_A_CONCERN = "not_a_concern"


@dataclass(frozen=True, slots=True)
class Text:
    """One message a client wrote; `ref` is what commands point at."""

    ref: str
    text: str


@dataclass(frozen=True, slots=True)
class Texts:
    """Everything waiting, in order: read joined, answered once."""

    messages: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A button, or the number that stands for it, of the prompt that is still open."""

    prompt: str
    key: str


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the application's own."""

    event: Event


type TurnInput = Texts | Choice | Happened


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn to ask; `state` is the last answer's, or None before the first."""

    turn_id: str
    input: TurnInput
    state: JsonObject | None
    context: JsonObject


@dataclass(frozen=True, slots=True)
class Span:
    """Some of a client's words: code points of the text that was sent under `ref`."""

    ref: str
    start: int
    end: int

    @classmethod
    def read(cls, value: Json) -> "Span | None":
        """Return the span that a value of a reply or command holds, or None."""
        match value:
            case {"ref": str(ref), "start": int(start), "end": int(end)} if 0 <= start < end:
                return cls(ref, start, end)
        return None


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question put: its id, what it asks, and the area when it is a rating."""

    id: str
    asks: str
    area: str | None


@dataclass(frozen=True, slots=True)
class Offer:
    """One choice of a reply, with the command it stands for when it has one."""

    key: str
    command: JsonObject | None


@dataclass(frozen=True, slots=True)
class Reply:
    """An utterance to say: its key and values, never its wording."""

    say: str
    values: JsonObject
    asks: int
    prompt: Prompt | None
    choices: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Understood:
    """What the bot took the message for; confidence from 0 to 1."""

    intent: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The bot's whole answer to one turn."""

    turn_id: str
    model: str
    replies: tuple[Reply, ...]
    commands: tuple[JsonObject, ...]
    state: JsonObject
    understood: Understood


def request_body(turn: Turn) -> bytes:
    """Return the request of the turn contract as JSON."""
    whole = {
        "contract": CONTRACT,
        "turn_id": turn.turn_id,
        "input": _input(turn.input),
        "state": None if turn.state is None else dict(turn.state),
        "context": dict(turn.context),
    }
    return json.dumps(whole, separators=(",", ":")).encode("ascii")


def _input(given: TurnInput) -> dict[str, Json]:
    match given:
        case Texts(messages):
            return {
                "kind": "text",
                "messages": [{"ref": m.ref, "text": m.text} for m in messages],
            }
        case Choice(prompt, key):
            return {"kind": "choice", "prompt": prompt, "key": key}
        case Happened(event):
            return {"kind": "event", "event": event.value}


def read_answer(body: bytes, turn: Turn) -> Answer:
    """Return the answer in a 200's body.

    Raises BadAnswer when it is not what the contract promises, is for another turn, or holds
    neither a reply nor a command: nothing at all must not pass for silence.
    """
    try:
        match json.loads(body):
            case {
                "contract": 1,
                "turn_id": str(turn_id),
                "model": str(model),
                "replies": list(replies),
                "commands": list(commands),
                "state": dict(state),
                "understood": {"intent": str(intent), "confidence": float() | int() as sure},
            }:
                answer = Answer(
                    turn_id=turn_id,
                    model=model,
                    replies=tuple(_reply(reply) for reply in replies),
                    commands=tuple(_command(command) for command in commands),
                    state=state,
                    understood=Understood(intent, float(sure)),
                )
            case _:
                raise BadAnswer("a part is missing or of another kind")
    except (ValueError, RecursionError):
        raise BadAnswer("not JSON") from None
    if answer.turn_id != turn.turn_id:
        raise BadAnswer("it answers another turn")
    if not answer.replies and not answer.commands:
        raise BadAnswer("no reply and no command")
    return answer


def _reply(given: Any) -> Reply:
    match given:
        case {"say": str(say), "values": dict(values), "asks": 0 | 1 as asks}:
            return Reply(
                say=say,
                values=values,
                asks=asks,
                prompt=_prompt(given.get("prompt")),
                choices=tuple(_offer(choice) for choice in given.get("choices", ())),
            )
    raise BadAnswer("a reply without say, values or asks")


def _prompt(given: Any) -> Prompt | None:
    match given:
        case None:
            return None
        case {"id": str(prompt_id), "asks": str(asks)}:
            area = given.get("area")
            return Prompt(prompt_id, asks, area if isinstance(area, str) else None)
    raise BadAnswer("a prompt without id or asks")


def _offer(given: Any) -> Offer:
    match given:
        case {"key": str(key)}:
            command = given.get("command")
            return Offer(key, None if command is None else _command(command))
    raise BadAnswer("a choice without a key")


def _command(given: Any) -> dict[str, Json]:
    match given:
        case {"command": str()}:
            return dict(given)
    raise BadAnswer("a command without a name")
