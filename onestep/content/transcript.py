"""One conversation as lines, for the conduct checks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from onestep.content.gsm import straighten

CLIENT, BOT, COACH = "client", "bot", "coach"
QUOTED = re.compile(r'"([^"]+)"')


@dataclass(frozen=True)
class Line:
    """One message of a conversation, whoever wrote it.

    keys: the utterances in it. quoted: the client's exact words in it. started: the bot began with
    it. Of a client's line, flagged: the screen raised it; hard: it tells of something hard. at:
    with a zone; without it, all is one day.
    """

    who: str
    text: str
    at: datetime | None = None
    keys: tuple[str, ...] = ()
    asks: int = 0
    quoted: tuple[str, ...] = ()
    channel: str = "telegram"
    discreet: bool = False
    started: bool = False
    flagged: bool = False
    hard: bool = False


def asks(line: Line) -> bool:
    """Whether a line asks something in our own words."""
    return line.asks > 0 or "?" in QUOTED.sub("", straighten(line.text))


def same_day(one: Line, other: Line) -> bool:
    """Whether two lines are of one day; without times they are."""
    return one.at is None or other.at is None or one.at.date() == other.at.date()
