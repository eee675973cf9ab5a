"""Checks a whole conversation against the conduct lines: what no single message can show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from onestep.content.conduct import Breach, breach, check_text, is_crisis
from onestep.content.conduct_rules import Conduct
from onestep.content.given_back import number_given_back, words_given_back
from onestep.content.gsm import straighten
from onestep.content.transcript import BOT, CLIENT, Line, asks

PUSHES_AT_MOST = 2
_GENTLE = (
    "receipt_hard",
    "receipt_loss",
    "concern",
    "ask_coping",
    "offer_coach",
    "hopes_loss",
    "close_hard",
    "declined_wrote",  # to somebody who said no: that it was seen, and nothing more is ours to say
)
_NOT_WHEN_HARD = (
    "ask_scale",
    "ask_step",
    "ask_rating",
    "ask_better",
    "receipt_normal",
    "receipt_luck",
)
# Said to whoever holds the phone: another wording to another asker would tell them apart.
_SAME_EVERY_TIME = {"answer_who_is_this", "other_person"}
# Endings of a key that put the same question in other words.
_IN_OTHER_WORDS = ("_again", "_beside", "_kept")


@dataclass(frozen=True)
class Found:
    """A breach and the line (counted from 0) it is in."""

    line: int
    breach: Breach


def check_conversation(
    lines: Sequence[Line], *, people: Sequence[str] = (), language: str = "en"
) -> list[Breach]:
    """Every breach in a conversation, message by message and as a sequence.

    people: third parties the client named.
    """
    return [found.breach for found in find_breaches(lines, people=people, language=language)]


def find_breaches(
    lines: Sequence[Line], *, people: Sequence[str] = (), language: str = "en"
) -> list[Found]:
    """As check_conversation, each with its line."""
    found: list[Found] = []
    for here, line in enumerate(lines):
        if line.who == BOT:
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
    yield from words_given_back(earlier, line, people, language)
    yield from number_given_back(earlier, line)
    yield from _says_what_it_is(earlier, line)
    yield from _close_kept(earlier, line)


def _since_client(earlier: Sequence[Line]) -> list[Line]:
    """The bot's lines after the client's last, newest last."""
    since: list[Line] = []
    for line in reversed(earlier):
        if line.who == CLIENT:
            break
        if line.who == BOT:
            since.insert(0, line)
    return since


def _one_question(earlier: Sequence[Line], line: Line) -> Iterator[Breach]:
    """Rule 3: one question waits at a time. A talk the bot begins later may ask again."""
    if line.asks > 1:
        yield breach(Conduct.ONE_QUESTION, f"{line.asks} questions in one message")
    if line.started or not asks(line):
        return
    if any(asks(before) for before in _since_client(earlier)):
        yield breach(
            Conduct.ONE_QUESTION, "a second question before the client has answered the first"
        )


def _same_wording(earlier: Sequence[Line], line: Line) -> Iterator[Breach]:
    before = next((past for past in reversed(earlier) if past.who == BOT), None)
    if before and straighten(before.text) == straighten(line.text) and not _fixed(line):
        yield Breach(
            Conduct.SAME_WORDING,
            "never the same wording twice running",
            "the same message twice running",
        )


def _fixed(line: Line) -> bool:
    return bool(line.keys) and set(line.keys) <= _SAME_EVERY_TIME


def _third_push(earlier: Sequence[Line], line: Line) -> Iterator[Breach]:
    """Rule 11: a question is asked, asked once more in other words, and then let go."""
    base = _question(line)
    if base is None or line.started:
        return
    asked = 1
    for past in reversed(earlier):
        if any(key.startswith("close") for key in past.keys):
            break  # that talk was over: this one may ask it again
        if past.who == BOT and asks(past):
            if _question(past) != base:
                break
            asked += 1
            if past.started:
                break  # a talk the bot began later may ask it again
    if asked > PUSHES_AT_MOST:
        yield breach(Conduct.FAIR_ANSWERS, f"{base} is asked {asked} times running")


def _question(line: Line) -> str | None:
    named = [_plain(key) for key in line.keys if key.startswith(("ask_", "consent_again"))]
    if named:
        return named[-1]
    asked = re.findall(r"[^.?!\n]*\?", line.text)
    return asked[-1].strip().lower() if asked else None


def _plain(key: str) -> str:
    """The question of a key, whichever way it is put."""
    ending = next((one for one in _IN_OTHER_WORDS if key.endswith(one)), "")
    return key.removesuffix(ending)


def _cold_or_bright(earlier: Sequence[Line], line: Line) -> Iterator[Breach]:
    """Rules 2 and 8.

    The answer to something hard takes it in; the answer to something flagged is the fixed reply.
    """
    last = earlier[-1] if earlier else None
    if last is None or last.who != CLIENT or line.started or not line.keys:
        return
    if last.flagged and not any(key.startswith(("concern", "unread")) for key in line.keys):
        yield breach(
            Conduct.NO_DELIGHT,
            "answers flagged words with something else than the fixed reply or the soft one",
        )
    elif last.hard:
        if not any(key.startswith(_GENTLE) for key in line.keys):
            yield breach(Conduct.NO_WHY, "something hard is met without taking it in")
        for key in line.keys:
            if key.startswith(_NOT_WHEN_HARD):
                yield breach(Conduct.NO_WHY, f"something hard is met with {key}")


def _says_what_it_is(earlier: Sequence[Line], line: Line) -> Iterator[Breach]:
    """Rule 14: who it is and who reads comes before the first question about a person's hopes."""
    if not any(key == "ask_best_hopes" for key in line.keys):
        return
    said = {key for past in earlier if past.who == BOT for key in past.keys}
    for key in sorted({"first_what", "first_who_reads"} - said):
        yield breach(Conduct.SAYS_WHAT_IT_IS, f"asks for hopes before {key}")


def _close_kept(earlier: Sequence[Line], line: Line) -> Iterator[Breach]:
    """Rule 15: a close needs no answer, so nothing of ours follows it that asks for one."""
    if any(key.startswith("close") for key in line.keys) and asks(line):
        yield breach(Conduct.DISCREET, "a close that asks")
    since = _since_client(earlier)
    if (
        since
        and any(key.startswith("close") for key in since[-1].keys)
        and not line.started
        and asks(line)
    ):
        yield breach(Conduct.DISCREET, "asks after the close")
