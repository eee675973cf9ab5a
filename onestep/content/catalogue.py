"""What every language must be able to say (required.yml), and which values there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from onestep.content.model import Kind

# Known whatever is said.
ALWAYS = frozenset({"called", "coach", "service", "next_check_in"})
# Every value, with the longest text it is likely to have: a message has to fit on SMS with it.
LONGEST: Mapping[str, str] = {
    "called": "Christopher-James",
    "coach": "Bartholomew",
    "service": "Riverside Homes",
    "next_check_in": "on Wednesday 30 September at 10.30am",
    "date": "Wednesday 30 September",
    "when": "by 10.30am on Wednesday 30 September",
    "person": "my sister Alexandra",
    "area": "Confidence and skills",
    "quote": "i got up and went out to the shop on my own for once this week",
    "number": "10",
    "promise": "Bartholomew or someone covering will read it by 10.30am on Wednesday 30 May.",
    "numbers": "999, Samaritans on 116 123 (free) or text SHOUT to 85258",
    "council": "01632 960 961",
}
VALUES = frozenset(LONGEST)
STAGES = ("stuck", "accepting_help", "learning", "self_reliance")
NATIONS = ("england", "wales", "scotland", "northern_ireland")
CONCERNS = (
    "suicide", "self_harm", "hopelessness", "abuse", "harm_others",
    "overdose_medical", "housing", "child", "third_party", "about_us",
)  # fmt: skip
# Phone companies and Twilio act on these words: a client is never asked to answer with one.
CARRIER_WORDS = frozenset(
    ["yes", "end", "quit", "cancel", "stop", "start", "help", "info",
     "stopall", "unsubscribe", "revoke", "optout", "unstop"]
)  # fmt: skip
FEWEST_WHEN_FREQUENT = 3
LONGEST_LABEL = 46


@dataclass(frozen=True)
class Required:
    """What a required utterance has to be."""

    kind: Kind
    frequent: bool = False
    opens: bool = False
    values: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    choices: tuple[str, ...] = ()


def _listed(words: list[str], name: str) -> tuple[str, ...]:
    said = next((w.removeprefix(name) for w in words if w.startswith(name)), "")
    return tuple(part for part in said.split(",") if part)


def _required(words: list[str]) -> Required:
    return Required(
        kind=Kind(words[0]),
        frequent="frequent" in words,
        opens="opens" in words,
        values=frozenset(_listed(words, "values=")),
        optional=frozenset(_listed(words, "with=")),
        choices=_listed(words, "choices="),
    )


@cache
def required() -> Mapping[str, Required]:
    """Every key the bot or the application may say."""
    text = Path(__file__).with_name("required.yml").read_text(encoding="utf-8")
    return {key: _required(said.split()) for key, said in yaml.safe_load(text).items()}
