"""What simulated phones have received: a ledger of its own, apart from the service's database.

It is the judge of what really went out, once or twice.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from json import dumps, loads
from pathlib import Path

from channels.base import Choice, Outbound

SCHEMA = """
CREATE TABLE IF NOT EXISTS sent (
    id INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT, phone TEXT, text TEXT,
    choices TEXT, prompt TEXT, reference TEXT, at TEXT)
"""


@dataclass(frozen=True)
class Shown:
    """One message as it lies on a simulated phone."""

    id: int
    text: str
    choices: tuple[Choice, ...]
    prompt: str | None
    reference: str
    at: datetime


class Ledger:
    """What the simulated network has delivered; the judge of what was said once or twice."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._open() as file:
            file.execute("PRAGMA journal_mode=WAL")
            file.execute(SCHEMA)

    def add(self, channel: str, message: Outbound) -> int:
        """Delivers one message and returns its number; committed before it returns."""
        choices = dumps([[choice.key, choice.label] for choice in message.choices])
        row = (
            channel,
            message.to,
            message.text,
            choices,
            message.prompt,
            message.reference,
            datetime.now(UTC).isoformat(),
        )
        with self._open() as file:
            added = file.execute(
                "INSERT INTO sent (channel, phone, text, choices, prompt, reference, at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            return int(added.lastrowid or 0)

    def shown(self, channel: str, phone: str, *, after: int = 0) -> list[Shown]:
        """What lies on one phone, in the order it arrived, from after message `after`."""
        with self._open() as file:
            rows = file.execute(
                "SELECT id, text, choices, prompt, reference, at FROM sent"
                " WHERE channel = ? AND phone = ? AND id > ? ORDER BY id",
                (channel, phone, after),
            ).fetchall()
        return [_shown(row) for row in rows]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=10)) as file, file:
            yield file


def _shown(row: tuple[int, str, str, str | None, str, str]) -> Shown:
    number, text, choices, prompt, reference, at = row
    buttons = tuple(Choice(key, label) for key, label in loads(choices))
    return Shown(number, text, buttons, prompt, reference, datetime.fromisoformat(at))
