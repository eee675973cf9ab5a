"""Checks a whole conversation against the conduct lines: what no single message can show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from onestep.content.conduct import Breach, breach, check_text, is_crisis
from onestep.content.conduct_rules import Conduct, rules
from onestep.content.gsm import straighten

PUSHES_AT_MOST = 2
SILENT_AT_MOST = timedelta(days=30)
_CLIENT, _BOT, _COACH = "client", "bot", "coach"
_QUOTED = re.compile(r'"([^"]+)"')
_NUMBER = re.compile(r"(?<![\d:])\b(10|\d)(\.5)?\b(?![\d:])")
# Numbered choices, and a scale from 0 to 10, are our own numbers.
_SCALE = re.compile(r"^\d{1,2} .*$|\b0\b.{0,80}\b10\b|\b10\b.{0,80}\b0\b", re.MULTILINE)
# A number put to somebody, and not a date, a time or a telephone number.
_HELD_UP = re.compile(
    r"\b(?:at|a|an|your|gave|said|put|was|were|from|to) (?:a |an )?"
    r"(?P<number>(?:10|\d)(?:\.5)?)(?=[ .,?]|$)"
    r"(?! (?:\d|[A-Z]|am\b|pm\b|o.clock|days?\b|weeks?\b))"
)
_GENTLE = (
    "receipt_hard",
    "receipt_loss",
    "concern",
    "ask_coping",
    "offer_coach",
    "hopes_loss",
    "close_hard",
)
_NOT_WHEN_HARD = (
    "ask_scale",
    "ask_step",
    "ask_rating",
    "ask_better",
    "receipt_normal",
    "receipt_luck",
)


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


@dataclass(frozen=True)
class Found:
    """A breach and the line (counted from 0) it is in."""

    line: int
    breach: Breach


def check_conversation(
    lines: Sequence[Line], *, people: Sequence[str] = (), language: str = "en"
) -> list[Breach]:
    """Every breach in a conversation, message by message and as a sequence.

    People: third parties the client named.
    """
    return [found.breach for found in find_breaches(lines, people=people, language=language)]


def find_breaches(
    lines: Sequence[Line], *, people: Sequence[str] = (), language: str = "en"
) -> list[Found]:
    """As check_conversation, each with its line."""
    found: list[Found] = []
    for here, line in enumerate(lines):
        if line.who == _BOT:
            found += (Found(here, b) for b in _of_line(lines, here, people, language))
    return found


def _of_line(
    lines: Sequence[Line], here: int, people: Sequence[str], language: str
) -> Iterator[Breach]:
    line = lines[here]
    crisis = any(is_crisis(key) for key in line.keys)
    yield from check_text(
        line.text,
        client_spans=line.quoted,
        key=line.keys[0] if len(line.keys) == 1 else None,
        channel=line.channel,
        started=line.started,
        discreet=line.discreet,
        fixed=crisis,
        language=language,
    )
    earlier = lines[:here]
    if not crisis:
        yield from _one_question(earlier, line)
        yield from _same_wording(earlier, line)
        yield from _third_push(earlier, line)
        yield from _cold_or_bright(earlier, line)
    yield from _words_given_back(earlier, line, people, language)
    yield from _number_given_back(earlier, line)
    yield from _says_what_it_is(earlier, line)
    yield from _close_kept(earlier, line)


def _since_client(earlier: Sequence[Line]) -> list[Line]:
    """The bot's lines after the client's last, newest last."""
    since: list[Line] = []
    for line in reversed(earlier):
        if line.who == _CLIENT:
            break
        if line.who == _BOT:
            since.insert(0, line)
    return since


def _one_question(earlier: Sequence[Line], line: Line) -> Iterator[Breach]:
    """Rule 3: one question waits at a time. A talk the bot begins later may ask again."""
    if line.asks > 1:
        yield breach(Conduct.ONE_QUESTION, f"{line.asks} questions in one message")
    if line.started or not _asks(line):
        return
    if any(_asks(before) for before in _since_client(earlier)):
        yield breach(
            Conduct.ONE_QUESTION, "a second question before the client has answered the first"
        )


def _asks(line: Line) -> bool:
    return line.asks > 0 or "?" in _QUOTED.sub("", straighten(line.text))


def _same_wording(earlier: Sequence[Line], line: Line) -> Iterator[Breach]:
    before = next((past for past in reversed(earlier) if past.who == _BOT), None)
    if (
        before
        and straighten(before.text) == straighten(line.text)
        and "who_is_this" not in str(line.keys)
    ):
        yield Breach(
            Conduct.SAME_WORDING,
            "never the same wording twice running",
            "the same message twice running",
        )


def _third_push(earlier: Sequence[Line], line: Line) -> Iterator[Breach]:
    """Rule 11: a question is asked, asked once more in other words, and then let go."""
    base = _question(line)
    if base is None or line.started:
        return
    asked = 1
    for past in reversed(earlier):
        if past.who == _BOT and _asks(past):
            if _question(past) != base:
                break
            asked += 1
    if asked > PUSHES_AT_MOST:
        yield breach(Conduct.FAIR_ANSWERS, f"{base} is asked {asked} times running")


def _question(line: Line) -> str | None:
    named = [
        key.removesuffix("_again")
        for key in line.keys
        if key.startswith(("ask_", "consent_again"))
    ]
    if named:
        return named[-1]
    asked = re.findall(r"[^.?!\n]*\?", line.text)
    return asked[-1].strip().lower() if asked else None


def _cold_or_bright(earlier: Sequence[Line], line: Line) -> Iterator[Breach]:
    """Rules 2 and 8.

    The answer to something hard takes it in; the answer to something flagged is the fixed reply.
    """
    last = earlier[-1] if earlier else None
    if last is None or last.who != _CLIENT or line.started or not line.keys:
        return
    if last.flagged and not any(key.startswith(("concern", "unread")) for key in line.keys):
        yield breach(
            8, "answers flagged words with something else than the fixed reply or the soft one"
        )
    elif last.hard:
        if not any(key.startswith(_GENTLE) for key in line.keys):
            yield breach(Conduct.NO_WHY, "something hard is met without taking it in")
        for key in line.keys:
            if key.startswith(_NOT_WHEN_HARD):
                yield breach(Conduct.NO_WHY, f"something hard is met with {key}")


def _words_given_back(
    earlier: Sequence[Line], line: Line, people: Sequence[str], language: str
) -> Iterator[Breach]:
    """Rules 4 and 5: whose words, from when, and whether they may come back at all."""
    given = {straighten(q) for q in line.quoted if f'"{straighten(q)}"' in straighten(line.text)}
    given |= set(_QUOTED.findall(straighten(line.text)))
    written = [past for past in earlier if past.who == _CLIENT]
    for quote in given:
        sources = [past for past in written if quote in straighten(past.text)]
        if not sources:
            yield breach(Conduct.OWN_WORDS, "gives back words the client did not write")
            continue
        if any(past.flagged for past in sources):
            yield breach(Conduct.OWN_WORDS, "gives back words the screen flagged")
        today = [past for past in sources if _same_day(past, line)]
        if not today:
            yield from _from_earlier(written, line, quote, people)
        elif written[-1] not in sources and rules(language).nothing_said.match(written[-1].text):
            yield breach(
                Conduct.OWN_WORDS, "mirrors older words after an answer that said nothing"
            )


def _from_earlier(
    written: Sequence[Line], line: Line, quote: str, people: Sequence[str]
) -> Iterator[Breach]:
    today = [past for past in written if _same_day(past, line)]
    if line.started or not today:
        yield breach(
            Conduct.EARLIER_WORDS, "earlier words come back before the client has written that day"
        )
    if line.discreet:
        yield breach(Conduct.EARLIER_WORDS, "earlier words come back on a discreet phone")
    if any(re.search(rf"\b{re.escape(person)}\b", quote, re.IGNORECASE) for person in people):
        yield breach(Conduct.EARLIER_WORDS, "earlier words name somebody else")
    if today and _silence(written, today[0]) > SILENT_AT_MOST:
        yield breach(Conduct.EARLIER_WORDS, "earlier words come back after 30 silent days")


def _same_day(one: Line, other: Line) -> bool:
    return one.at is None or other.at is None or one.at.date() == other.at.date()


def _silence(written: Sequence[Line], first_today: Line) -> timedelta:
    """How long the client was silent before the first line of that day."""
    before = [
        past.at for past in written if past.at and first_today.at and past.at < first_today.at
    ]
    if not before or first_today.at is None:
        return timedelta(0)
    return first_today.at - max(before)


def _number_given_back(earlier: Sequence[Line], line: Line) -> Iterator[Breach]:
    """Rule 10: a number the client once gave is not held up to them on another day."""
    ours = _SCALE.sub("", line.text)
    given = {
        found[0] for past in _other_days(earlier, line) for found in _NUMBER.finditer(past.text)
    }
    for found in _HELD_UP.finditer(ours):
        if found["number"] in given:
            yield breach(
                Conduct.NUMBERS, f"holds an earlier number up to the client: {found['number']}"
            )


def _other_days(earlier: Iterable[Line], line: Line) -> Iterator[Line]:
    return (past for past in earlier if past.who == _CLIENT and not _same_day(past, line))


def _says_what_it_is(earlier: Sequence[Line], line: Line) -> Iterator[Breach]:
    """Rule 14: who it is and who reads comes before the first question about a person's hopes."""
    if not any(key == "ask_best_hopes" for key in line.keys):
        return
    said = {key for past in earlier if past.who == _BOT for key in past.keys}
    for key in sorted({"first_what", "first_who_reads"} - said):
        yield breach(Conduct.SAYS_WHAT_IT_IS, f"asks for hopes before {key}")


def _close_kept(earlier: Sequence[Line], line: Line) -> Iterator[Breach]:
    """Rule 15: a close needs no answer, so nothing of ours follows it that asks for one."""
    if any(key.startswith("close") for key in line.keys) and _asks(line):
        yield breach(Conduct.DISCREET, "a close that asks")
    since = _since_client(earlier)
    if (
        since
        and any(key.startswith("close") for key in since[-1].keys)
        and not line.started
        and _asks(line)
    ):
        yield breach(Conduct.DISCREET, "asks after the close")
