"""Reads the planted breaches and the lines that break nothing."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from onestep.content import Breach, Line, check_conversation, check_text

HERE = Path(__file__).parent


def planted() -> list[dict[str, Any]]:
    """Every planted breach."""
    return [json.loads(row) for row in (HERE / "planted_breaches.jsonl").read_text("utf-8").splitlines()]


def breaches_of(row: dict[str, Any]) -> list[Breach]:
    """What the checks say of one planted row."""
    if row["kind"] == "conversation":
        return check_conversation([_line(said) for said in row["lines"]], people=row.get("people", ()))
    return check_text(
        row["text"],
        client_spans=row.get("spans", ()),
        key=row.get("key"),
        channel=row.get("channel", "telegram"),
        started=row.get("started", False),
        discreet=row.get("discreet", False),
    )


def _line(said: dict[str, Any]) -> Line:
    given = dict(said)
    if "at" in given:
        given["at"] = datetime.fromisoformat(given["at"])
    for name in ("keys", "quoted"):
        given[name] = tuple(given.get(name, ()))
    return Line(**given)
