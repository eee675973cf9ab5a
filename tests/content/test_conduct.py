"""The conduct linter sees what it is meant to see, and leaves good lines alone."""

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from onestep.content import (
    Breach,
    Line,
    Reply,
    check_conversation,
    check_text,
    quote_breach,
    render,
)
from onestep.content.conduct_rules import Conduct

HERE = Path(__file__).parent
ROWS = [
    json.loads(row) for row in (HERE / "planted_breaches.jsonl").read_text("utf-8").splitlines()
]
GOOD = [
    row
    for row in (HERE / "good_lines.txt").read_text("utf-8").splitlines()
    if row and not row.startswith("#")
]
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def breaches_of(row: dict[str, Any]) -> list[Breach]:
    """What the checks say of one planted row."""
    if row["kind"] == "conversation":
        return check_conversation(
            [_line(one) for one in row["lines"]], people=row.get("people", ())
        )
    return check_text(
        row["text"],
        client_spans=row.get("spans", ()),
        key=row.get("key"),
        channel=row.get("channel", "telegram"),
        started=row.get("started", False),
        discreet=row.get("discreet", False),
    )


def _line(given: dict[str, Any]) -> Line:
    lists = {name: tuple(given.get(name, ())) for name in ("keys", "quoted")}
    at = datetime.fromisoformat(given["at"]) if "at" in given else None
    return Line(**{**given, **lists, "at": at})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['rule']}-{row['why']}"[:60])
def test_planted_breach_is_caught(row: dict[str, Any]) -> None:
    """Each planted breach is found under its own rule."""
    assert row["rule"] in {breach.rule for breach in breaches_of(row)}


def test_enough_breaches_are_planted_for_every_rule() -> None:
    """Every line of conduct has four planted breaches or more, and all have a hundred."""
    planted = Counter(row["rule"] for row in ROWS)
    assert all(planted[rule] >= 4 for rule in Conduct)
    assert len(ROWS) >= 100


@pytest.mark.parametrize("line", GOOD)
@pytest.mark.parametrize("channel", ["telegram", "sms"])
def test_good_line_is_left_alone(line: str, channel: str) -> None:
    """A line that keeps to the conduct is not flagged."""
    assert check_text(line, channel=channel) == []


def test_enough_good_lines() -> None:
    """The good lines are many enough to mean something."""
    assert len(set(GOOD)) >= 120


@pytest.mark.parametrize("channel", ["telegram", "sms"])
def test_everything_we_say_keeps_to_the_conduct(content, values, channel: str) -> None:
    """Every wording, rendered with ordinary values, passes as it is sent."""
    known = values | {
        "date": "Monday 1 December",
        "when": "this evening",
        "promise": "Ana reads it.",
    }
    spans = {"quote": {"ref": "m1", "start": 0, "end": 22}, "person": {"people": 0}}
    for key in content.utterances:
        for turn in range(4):
            reply = Reply(key, {**spans, "area": "respect"})
            messages = render(
                content, [reply], turn_id=str(turn), channel=channel, values=known,
                texts={"m1": "got up and went for it"}, people=["Rhys"],
            ).messages  # fmt: skip
            for message in messages if len(messages) == 1 else ():
                found = check_text(
                    message.text, client_spans=message.quoted, key=key, channel=channel
                )
                assert found == [], (message.text, found)


def test_clients_own_words_are_not_held_against_us() -> None:
    """No rule is applied to the client's words inside a message."""
    words = "should of tried to hit my target"
    assert check_text(f"“{words}”. What helped?", client_spans=[words]) == []
    assert check_text(f"“{words}”. What helped?") != []


def test_fixed_crisis_texts_are_exempt_only_where_said(content, values) -> None:
    """Crisis texts may instruct and be long; praise and delight stay out of them too."""
    text = "Ring 999 now. Go to a safe place. Well done for writing."
    rules = {breach.rule for breach in check_text(text, key="concern_now_suicide")}
    assert Conduct.NO_ADVICE not in rules
    assert Conduct.NO_PRAISE in rules


@pytest.mark.parametrize(
    ("words", "may"),
    [
        ("been sleeping better tbh", True),
        ("went to the shop on my own", True),
        ("sat with mum", True),
        ("nice day", False),
        ("got my script sorted out", False),
        ("only had three all week", False),
        ("told the bastard no for once", False),
        ("got me giro on time", False),
        ("saw Darren down the park", False),
        ("slept right through\nbrilliant", False),
    ],
)
def test_only_harmless_words_are_given_back(words: str, *, may: bool) -> None:
    """Conduct 4: three to twelve words, no insults, names, money, health or numbers."""
    assert (quote_breach(words) is None) is may


def test_good_conversation_is_left_alone() -> None:
    """An ordinary check-in, with the client's words given back, breaks nothing."""
    quote = "been sleeping better tbh"
    lines = [
        Line(
            "bot",
            "Hello Sam, it’s Onestep. What’s been better since last time, even a little?",
            NOON,
            ("ask_better",),
            1,
            started=True,
        ),
        Line("client", quote, NOON),
        Line(
            "bot",
            f"You wrote “{quote}”. How did you manage it?",
            NOON,
            ("ask_how",),
            1,
            quoted=(quote,),
        ),
        Line("client", "dunno", NOON),
        Line(
            "bot",
            "It’s fine not to know. What was the first bit you did?",
            NOON,
            ("receipt_dont_know", "ask_how_again"),
            1,
        ),
        Line("client", "left my phone in the kitchen", NOON),
        Line(
            "bot",
            "I’ve kept that in your words. That’s all for today. I’ll write on Friday at 9am.",
            NOON,
            ("receipt_plain", "close"),
        ),
        Line(
            "bot",
            "Hi. How’s your week been?",
            NOON + timedelta(days=6),
            ("ask_coping_opener",),
            1,
            started=True,
            discreet=True,
        ),
        Line("client", "me nan died", NOON + timedelta(days=6), hard=True),
        Line(
            "bot",
            "I’m so sorry. Shall I ask Ana to get in touch?",
            NOON + timedelta(days=6),
            ("receipt_loss", "offer_coach"),
            1,
        ),
        Line("client", "cant do this anymore", NOON + timedelta(days=6), flagged=True),
        Line(
            "bot",
            "Thank you for telling me. I’m a computer program, so I’m passing this on. Ring 999. "
            * 4,
            NOON + timedelta(days=6),
            ("concern_now_suicide",),
        ),
    ]
    found = check_conversation(lines)
    assert [breach for breach in found if breach.rule is not Conduct.SAYS_WHAT_IT_IS] == []


def test_question_may_come_again_in_another_talk() -> None:
    """Two check-ins that nobody answered may ask the same; that is no third push."""
    lines = [
        Line(
            "bot",
            f"Hello Sam. What’s been better, {n}?",
            NOON + timedelta(days=n),
            ("ask_better",),
            1,
            started=True,
        )
        for n in range(3)
    ]
    assert check_conversation(lines) == []
    aside = NOON + timedelta(days=2)
    lines += [
        Line("client", "more please", aside),
        Line(
            "bot", "It can be tiny. What’s been a touch better?", aside, ("ask_better_again",), 1
        ),
    ]
    assert check_conversation(lines) == []
    lines += [
        Line("client", "what", aside),
        Line("bot", "What’s been all right?", aside, ("ask_better_again",), 1),
    ]
    assert [one.rule for one in check_conversation(lines)] == [Conduct.FAIR_ANSWERS]


def test_a_talk_that_was_closed_counts_for_no_later_push() -> None:
    """Asked, answered and closed: what they write another day may be asked the same again."""
    lines = []
    for day in range(3):
        at = NOON + timedelta(days=day)
        lines += [
            Line("client", f"planted {day} onions", at),
            Line("bot", f"What helped most, {day}?", at, ("ask_helped",), 1),
            Line("client", "just got on with it", at),
            Line("bot", f"Thanks for writing, {day}.", at, ("close_wrote",)),
        ]
    assert check_conversation(lines) == []
    unclosed = [line for line in lines if "close_wrote" not in line.keys]
    assert [one.rule for one in check_conversation(unclosed)] == [Conduct.FAIR_ANSWERS]


def test_what_is_said_to_whoever_holds_the_phone_stays_the_same() -> None:
    """Two people who pick the phone up get the same sentence; anything else is not said twice."""
    same = "This is a computer that writes to people who have asked it to, and STOP ends it."
    lines = [
        Line("client", "who is this texting my wife", NOON),
        Line("bot", same, NOON, ("other_person",)),
        Line("client", "its his mum", NOON + timedelta(days=1)),
        Line("bot", same, NOON + timedelta(days=1), ("other_person",)),
    ]
    assert check_conversation(lines) == []
    lines = [replace(line, keys=("chat",) if line.keys else ()) for line in lines]
    assert [one.rule for one in check_conversation(lines)] == [Conduct.SAME_WORDING]


@pytest.mark.slow
def test_linter_runs_from_the_command_line(folder: Path) -> None:
    """The linter prints each breach with its line, and its exit tells whether there are any."""
    run = [sys.executable, "-m", "onestep.content.lint", str(folder)]
    clean = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (clean.returncode, clean.stdout) == (0, "")
    path = folder / "en" / "closes.yml"
    path.write_text(
        path.read_text("utf-8").replace("No bother. Another day.", "Well done. Another day.", 1),
        "utf-8",
    )
    broken = subprocess.run(run, capture_output=True, text=True, check=False)
    assert broken.returncode == 1
    assert "content/en/closes.yml:" in broken.stdout
    assert "conduct 7" in broken.stdout
    nowhere = subprocess.run(
        [*run[:-1], str(folder / "en")], capture_output=True, text=True, check=False
    )
    assert nowhere.returncode == 1
