"""Reads what a payload file expects, as events."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from channels import base

PAYLOADS = Path(__file__).resolve().parents[1] / "payloads"


def payloads(provider: str) -> list[Any]:
    """The payload files of a provider, as parameters of a test."""
    files = sorted((PAYLOADS / provider).glob("*.json"))
    assert files
    return [pytest.param(json.loads(path.read_text("utf-8")), id=path.stem) for path in files]


def events(told: list[dict[str, Any]]) -> list[base.Event]:
    """The expected events."""
    return [_event(**one) for one in told]


def _event(*, event: str, **fields: Any) -> base.Event:
    if "attachments" in fields:
        fields["attachments"] = tuple(base.Attachment(**one) for one in fields["attachments"])
    if fields.get("sent_at"):
        fields["sent_at"] = datetime.fromisoformat(fields["sent_at"])
    return getattr(base, event)(**fields)
