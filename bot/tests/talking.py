"""A small stand-in for the application: holds the state, the budget and the open prompt."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from server.request import read_request

BOT = Path(__file__).resolve().parent.parent
BUDGET = {"first_contact": 2, "check_in": 5, "unprompted": 1}
STAGES = ["stuck", "accepting_help", "learning", "self_reliance"]


def plain_lines() -> dict[str, str]:
    """The one plain line the domain holds for each utterance."""
    whole = yaml.safe_load((BOT / "domain" / "responses.yml").read_text("utf-8"))
    return {key[len("utter_") :]: texts[0]["text"] for key, texts in whole["responses"].items()}


@dataclass
class Phone:
    """One client's phone: says, chooses and lets events happen, turn by turn."""

    turner: Any
    context: dict[str, Any] = field(default_factory=dict)
    budget: Mapping[str, int] = field(default_factory=lambda: dict(BUDGET))
    state: dict[str, Any] | None = None
    open_prompt: dict[str, Any] | None = None
    kind: str = "unprompted"
    asked: int = 0
    turns: int = 0
    log: list[str] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)

    def say(self, *texts: str, **context: Any) -> dict[str, Any]:
        """The client sends a text, or several at once."""
        first = self.turns + 1
        messages = [{"ref": f"m{first}.{i}", "text": text} for i, text in enumerate(texts)]
        self.log += [f"  client: {text}" for text in texts]
        if self.kind == "unprompted" and self.open_prompt is None:
            self.asked = 0
        return self._turn({"kind": "text", "messages": messages}, context)

    def choose(self, key: str, **context: Any) -> dict[str, Any]:
        """The client presses a button of the open prompt."""
        prompt = self.open_prompt["id"] if self.open_prompt else "none"
        self.log.append(f"  client: [{key}]")
        return self._turn({"kind": "choice", "prompt": prompt, "key": key}, context)

    def event(self, name: str, **context: Any) -> dict[str, Any]:
        """Something happens at the application."""
        kinds = {"first_contact": "first_contact", "check_in_due": "check_in"}
        self.kind, self.asked = kinds.get(name, "unprompted"), 0
        self.log.append(f"  -- {name}")
        return self._turn({"kind": "event", "event": name}, context)

    def _turn(self, given: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
        self.turns += 1
        request = self.request(given, context)
        answer: dict[str, Any] = self.turner.answer(read_request(json.dumps(request).encode()))
        self.answers.append({"request": request, "answer": answer})
        self.state = answer["state"]
        self._apply(answer)
        return answer

    def request(self, given: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
        """The request the application would send."""
        left = max(0, self.budget[self.kind] - self.asked)
        told = {
            "now": "2026-11-21T18:02:00+00:00", "zone": "Europe/London", "language": "en",
            "channel": "telegram", "length": "ordinary", "discreet": False, "called": "Sam",
            "coach": "Ana", "due": [], "quiet_days": 6, "screen": {"level": "none", "spans": []},
            "best_hopes": None, "last_noticing": None, "last_small_step": None, "people": [],
            "entries": [], "areas_due": [], "next_session": None, "unanswered": 0,
            "last_hard": False,
        }  # fmt: skip
        live = {"asks_left": left, "open_prompt": self.open_prompt, "kind": self.kind}
        return {
            "contract": 1, "turn_id": f"t{self.turns}", "input": given, "state": self.state,
            "context": {**told, **self.context, **live, **context},
        }  # fmt: skip

    def _apply(self, answer: dict[str, Any]) -> None:
        prompts = [reply["prompt"] for reply in answer["replies"] if reply.get("prompt")]
        self.open_prompt = prompts[-1] if prompts else None
        self.asked += sum(reply["asks"] for reply in answer["replies"])
        lines = plain_lines()
        for reply in answer["replies"]:
            choices = " ".join(f"[{one['key']}]" for one in reply.get("choices") or ())
            quote = f" «{self._quoted(reply)}»" if reply["values"] else ""
            self.log.append(
                f"onestep: {lines[reply['say']]}{quote} {choices}  <{reply['say']}>".replace(
                    "  <", " <"
                )
            )
        for command in answer["commands"]:
            rest = {key: value for key, value in command.items() if key != "command"}
            self.log.append(f"       · {command['command']} {rest}")
        if any(command["command"] == "end_check_in" for command in answer["commands"]):
            self.kind = "unprompted"

    def _quoted(self, reply: dict[str, Any]) -> str:
        texts = {
            message["ref"]: message["text"]
            for one in self.answers
            for message in one["request"]["input"].get("messages", ())
        }
        shown = []
        for name, value in reply["values"].items():
            span = isinstance(value, dict) and "ref" in value
            words = texts[value["ref"]][value["start"] : value["end"]] if span else value
            shown.append(f"{name}: {words}")
        return ", ".join(shown)

    def keys(self) -> list[str]:
        """What was said in the last turn, by key."""
        return [reply["say"] for reply in self.answers[-1]["answer"]["replies"]]

    def commands(self) -> list[str]:
        """Which commands the last turn gave, by name."""
        return [command["command"] for command in self.answers[-1]["answer"]["commands"]]


def areas(*keys: str) -> Sequence[dict[str, Any]]:
    """Areas due, each with the four stages."""
    return [{"key": key, "stages": STAGES} for key in keys]
