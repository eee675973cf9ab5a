"""What goes into rendering and what comes out: replies and messages, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Prompt:
    """What an open question is about."""

    id: str
    asks: str
    area: str | None = None


@dataclass(frozen=True)
class Reply:
    """One thing to say. choices: None for all the choices its wording has."""

    say: str
    values: Mapping[str, object] = field(default_factory=dict)
    asks: int = 0
    prompt: Prompt | None = None
    choices: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Choice:
    """One way to answer by a tap or a number."""

    key: str
    label: str


@dataclass(frozen=True)
class Outgoing:
    """One message, ready to send.

    On SMS the numbered choices are part of its text, in the order of `choices`.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    prompt: Prompt | None = None
    asks: int = 0
    keys: tuple[str, ...] = ()
    used: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rendered:
    """The messages of a turn in sending order, and the wording last used for each key."""

    messages: tuple[Outgoing, ...]
    used: Mapping[str, str]


def reply_from(answer: Mapping[str, object]) -> Reply:
    """A reply from one item of the turn contract's `replies`."""
    prompt, chosen, given = answer.get("prompt"), answer.get("choices"), answer.get("values")
    return Reply(
        say=str(answer["say"]),
        values=dict(given) if isinstance(given, Mapping) else {},
        asks=1 if answer.get("asks") else 0,
        prompt=_prompt(prompt) if isinstance(prompt, Mapping) else None,
        choices=tuple(str(one["key"]) for one in chosen) if isinstance(chosen, list) else None,
    )


def _prompt(said: Mapping[str, object]) -> Prompt:
    area = said.get("area")
    return Prompt(str(said["id"]), str(said["asks"]), str(area) if area is not None else None)
