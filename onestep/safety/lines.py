"""Screens JSON lines: one message a line in, one verdict a line out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TextIO

from onestep.safety.door import screen
from onestep.safety.verdict import ScreenContext

_HOW = 'give one object a line, like {"id": "1", "text": "hello"}'


class _BadLineError(ValueError):
    """A line is not what `_HOW` asks for; the message says what is wrong, never the text."""


def screen_lines(lines: Iterable[str], out: TextIO, *, language: str = "en") -> int:
    """Write one JSON line for each non-empty line of `lines`; return how many were bad.

    In: {"id", "text"}. Out: {"id", "level", "by", "category", "matched", "request"}, where
    matched holds the words that caused it. A bad line becomes {"line", "error"} and the rest
    goes on.
    """
    bad = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            answer = _answer(line, language)
        except _BadLineError as error:
            bad += 1
            answer = {"line": number, "error": f"{error}: {_HOW}"}
        out.write(json.dumps(answer, ensure_ascii=True) + "\n")
    return bad


def _answer(line: str, language: str) -> dict[str, Any]:
    asked = _parse(line)
    text = asked["text"]
    verdict = screen(text, ScreenContext(language=language))
    answer: dict[str, Any] = {
        "id": asked["id"],
        "level": verdict.level,
        "by": verdict.by,
        "category": verdict.category,
        "matched": verdict.words(text),
        "request": verdict.request,
    }
    if verdict.reason:
        answer["reason"] = verdict.reason
    return answer


def _parse(line: str) -> dict[str, Any]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        raise _BadLineError("this line is not JSON") from None
    if not isinstance(asked, dict):
        raise _BadLineError("this line is not an object")
    for name in ("id", "text"):
        if name not in asked:
            raise _BadLineError(f'"{name}" is missing')
    if not isinstance(asked["text"], str):
        raise _BadLineError('"text" is not a text')
    return asked
