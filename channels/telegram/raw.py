"""The bytes of an update as values that are safe to look into."""

import json
from datetime import UTC, datetime

from channels.errors import Unreadable

LARGEST = 1024 * 1024  # bytes (security S3); one long reply in Cyrillic is 49 KB
DEEPEST = 50  # objects and lists inside one another (security S3)
LATEST = 2**33  # a time after this year 2242 is no time

type Fields = dict[str, object]


def load(body: bytes) -> Fields:
    """One JSON object. Raises Unreadable for anything else, too large or too deep."""
    if len(body) > LARGEST:
        raise Unreadable(Unreadable.__doc__)
    try:
        value = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        value = None  # the error quotes the text: it stays here
    if not isinstance(value, dict) or _too_deep(value):
        raise Unreadable(Unreadable.__doc__)
    return value


def _too_deep(value: object) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else _items(outer))
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def clean(text: str) -> str:
    """The text without NUL and lone surrogates, which databases and encoders refuse."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\x00", "\ufffd")


def fields(value: object) -> Fields:
    """An object inside the update; an empty one where there is none."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> list[Fields]:
    """The objects of a list inside the update."""
    return [row for row in _items(value) if isinstance(row, dict)]


def words(value: object) -> str:
    """A text inside the update, made safe; empty where there is none.

    Raises Unreadable for what should be text and is not: it may be somebody's words.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unreadable(Unreadable.__doc__)
    return clean(value)


def number(value: object) -> int:
    """A whole number inside the update. Raises Unreadable for anything else."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise Unreadable(Unreadable.__doc__)
    return value


def moment(value: object) -> datetime | None:
    """A time inside the update; None where there is none, or none that can be."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < LATEST:
        return None
    return datetime.fromtimestamp(value, UTC)
