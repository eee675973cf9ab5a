"""A choice, pressed or typed as a number: what it answers, and the command it carries."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onestep.services.scope import Scope
from onestep.storage import talk
from onestep.storage.models import Inbox


@dataclass(frozen=True)
class Chosen:
    """One choice of the question that is still open."""

    prompt_id: str
    asks: str
    key: str
    area: str | None = None
    command: Mapping[str, Any] | None = None


def chosen(scope: Scope, row: Inbox) -> Chosen | None:
    """What was chosen, or nothing when that question is no longer the open one."""
    prompt = talk.open_prompt(scope.session, scope.client.id)
    if prompt is None or prompt.id != row.body["prompt"]:
        return None
    for choice in prompt.choices:
        if choice["key"] == row.body["key"]:
            return Chosen(
                prompt.id, prompt.asks, choice["key"], prompt.area, choice.get("command")
            )
    return None
