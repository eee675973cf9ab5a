"""Reads a chat script: JSON lines, each one step of a conversation."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from onestep.cli.errors import ScriptFault, UnknownLine

_DURATION = TypeAdapter(timedelta)
LONGEST_WAIT = timedelta(days=3660)
_SHORT = re.compile(r"(\d{1,4}) ?([mhd])", re.IGNORECASE)
_COMMAND = re.compile(r":[a-z]{3,}")
LINES = (
    'a line is one of {"client": "text"} (or a list of texts), {"from": "+44…", "text": "…"}, '
    '{"choose": 2} (or a key or label; perhaps with "stale": true), {"event": "check_in_due"}, '
    '{"wait": "PT2H"}, {"coach": "text"}'
)


@dataclass(frozen=True)
class Says:
    """The client writes; several texts are a burst."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Writes:
    """Another phone writes."""

    phone: str
    text: str


@dataclass(frozen=True)
class Chooses:
    """The client presses a button: by its number from 1, its key or its label."""

    picked: int | str
    stale: bool = False


@dataclass(frozen=True)
class Happens:
    """Something falls due, or a person sets something going."""

    event: str


@dataclass(frozen=True)
class Waits:
    """Time goes by."""

    length: timedelta


@dataclass(frozen=True)
class CoachSays:
    """The coach writes, in a hand-off."""

    text: str


Step = Says | Writes | Chooses | Happens | Waits | CoachSays


def read_script(path: Path) -> list[str]:
    """The lines of a script. Raises ScriptFault when it cannot be read."""
    try:
        # Not splitlines(): a text may hold U+2028 and other ends of lines that end no JSON line.
        return path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError:
        raise ScriptFault(f"{path}: this file is not UTF-8 text") from None
    except OSError as fault:
        raise ScriptFault(f"{path}: {fault.strerror or fault}") from None


def read_step(line: str) -> Step:
    """The step that a line of JSON stands for. Raises ScriptFault, without saying where."""
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        raise UnknownLine(f"this is not a line of JSON; {LINES}") from None
    return step_of(given)


def step_of(given: Any) -> Step:
    """The step that this object stands for. Raises ScriptFault; nothing in it is passed over."""
    read = READERS.get(frozenset(given)) if isinstance(given, dict) else None
    step = read(given) if read else None
    if step is None:
        raise UnknownLine(LINES)
    return step


def step_of_typed(text: str) -> Step:
    """The step that a person's line stands for: `:due` and the like, else the client's words.

    Raises ScriptFault.
    """
    word, _, rest = text.strip().partition(" ")
    typed: dict[str, dict[str, str]] = {
        ":due": {"event": "check_in_due"},
        ":wait": {"wait": _long(rest.strip())},
        ":coach": {"coach": rest},
        ":open": {"event": "hand_off_open"},
        ":close": {"event": "hand_off_closed"},
    }
    if word == ":coach" and not rest.strip():
        raise UnknownLine("write what Ana says after it, like :coach Morning Sam")
    if word in typed:
        return step_of(typed[word])
    if _COMMAND.fullmatch(word):  # longer than a smiley
        raise UnknownLine(f"there is no {word}: use {', '.join(typed)}")
    return Says((text,))


def _long(written: str) -> str:
    """`2h` as a script has it, PT2H; anything else as it is."""
    short = _SHORT.fullmatch(written)
    if short is None:
        return written
    number, unit = short[1], short[2].upper()
    return f"P{number}D" if unit == "D" else f"PT{number}{unit}"


def _says(given: dict[str, Any]) -> Step | None:
    said = given["client"]
    texts = tuple(said) if isinstance(said, list) else (said,)
    return Says(texts) if texts and all(isinstance(text, str) for text in texts) else None


def _writes(given: dict[str, Any]) -> Step | None:
    phone, text = given["from"], given["text"]
    return Writes(phone, text) if isinstance(text, str) and _filled(phone) else None


def _chooses(given: dict[str, Any]) -> Step | None:
    picked, stale = given["choose"], given.get("stale", False)
    number = isinstance(picked, int) and not isinstance(picked, bool)
    whole = (number or isinstance(picked, str)) and isinstance(stale, bool)
    return Chooses(picked, stale=stale) if whole else None


def _happens(given: dict[str, Any]) -> Step | None:
    return Happens(given["event"]) if _filled(given["event"]) else None


def _waits(given: dict[str, Any]) -> Step | None:
    return Waits(_length(given["wait"])) if isinstance(given["wait"], str) else None


def _coach_says(given: dict[str, Any]) -> Step | None:
    return CoachSays(given["coach"]) if _filled(given["coach"]) else None


def _filled(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


READERS: dict[frozenset[str], Callable[[dict[str, Any]], Step | None]] = {
    frozenset({"client"}): _says,
    frozenset({"from", "text"}): _writes,
    frozenset({"choose"}): _chooses,
    frozenset({"choose", "stale"}): _chooses,
    frozenset({"event"}): _happens,
    frozenset({"wait"}): _waits,
    frozenset({"coach"}): _coach_says,
}


def _length(words: str) -> timedelta:
    try:
        length = _DURATION.validate_python(words)
    except ValidationError:
        length = timedelta(-1)
    if not words.startswith("P") or not timedelta(0) <= length <= LONGEST_WAIT:
        raise ScriptFault(f"{words!r} is not a length of time: write it like PT2H or P3D")
    return length
