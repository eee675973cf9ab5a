"""`onestep screen`: JSON lines in, JSON lines out."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from onestep.safety import screen_lines


def _run(*lines: str) -> tuple[int, list[dict[str, Any]]]:
    out = io.StringIO()
    bad = screen_lines(lines, out)
    return bad, [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_line_in_is_a_line_out() -> None:
    """Each message gives its id, level, category, the words that caused it and the request."""
    bad, answers = _run('{"id": 7, "text": "hiya, I want to die"}', '{"id": "b", "text": "STOP"}')
    assert bad == 0
    assert answers == [
        {
            "id": 7,
            "level": "now",
            "by": "rule",
            "category": "suicide",
            "matched": ["want to die"],
            "request": "none",
        },
        {
            "id": "b",
            "level": "none",
            "by": None,
            "category": None,
            "matched": [],
            "request": "stop",
        },
    ]


@pytest.mark.parametrize(
    "line",
    [
        "nonsense SECRET",
        "[1]",
        '{"id": 1}',
        '{"text": "SECRET"}',
        '{"id": 1, "text": 5}',
        "[" * 9000,
    ],
)
def test_a_bad_line_says_what_to_do_and_the_rest_goes_on(line: str) -> None:
    """One bad line costs that line; its words are not repeated."""
    bad, answers = _run(line, '{"id": 2, "text": "hello"}')
    assert bad == 1
    assert answers[0]["line"] == 1
    assert "give one object a line" in answers[0]["error"]
    assert "SECRET" not in answers[0]["error"]
    assert answers[1]["id"] == 2


def test_blank_lines_are_passed_over() -> None:
    """An empty line is nothing."""
    assert _run("", "  \n") == (0, [])


def test_unread_gives_its_reason() -> None:
    """A text we cannot read says why."""
    _, answers = _run(json.dumps({"id": 1, "text": "\u043f\u0440\u0438\u0432\u0435\u0442"}))
    assert (answers[0]["level"], answers[0]["reason"]) == ("unread", "unreadable_script")


def test_lone_surrogates_come_through() -> None:
    """What JSON can carry, the answer can carry."""
    _, answers = _run('{"id": 1, "text": "\\ud800 I want to die"}')
    assert answers[0]["level"] == "now"
