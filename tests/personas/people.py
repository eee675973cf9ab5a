"""Reads the simulated people: what each would say to each kind of question, and how they are.

lines/NAME.txt: `about`, `start`, `habits` and `like` above; then [kind] and one line for each
thing they might say. ` || ` parts the messages of a burst. After ` ~ ` stands what we say the line
tells (how, helped, who, difference) and whether it tells of something hard.
"""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent / "lines"
EVERYBODY = "anyone"
# Which kind of line answers which question (the `asks` of the open prompt).
KINDS = {
    "better": "open",
    "shown_up": "open",
    "leave_it": "open",
    "coping": "coping",
    "how": "how",
    "helped": "how",
    "what_else": "how",
    "who": "who",
    "you_noticed": "noticed",
    "difference": "difference",
    "hopes_difference": "hopes",
    "scale_in": "difference",
    "rating_tells": "difference",
    "scale": "scale",
    "scale_up": "step",
    "step": "step",
    "step_more": "step",
    "step_smaller": "step",
    "step_size": "size",
    "step_easy": "size",
    "step_much": "size",
    "instead": "keep",
    "keep": "keep",
    "best_hopes": "hopes",
    "rating_area": "area",
    "rating_stage": "stage",
    "worry_when": "when",
    "correction": "correction",
    "times": "times",
    "consent": "yes_no",
    "hopes_person": "yes_no",
    "hard_coach": "yes_no",
    "step_help": "yes_no",
    "delete_sure": "yes_no",
    "start_again": "yes_no",
    "relapse_or_resume": "yes_no",
    "stop_or_no": "yes_no",
    "ended_wrote": "yes_no",
}


@dataclass(frozen=True)
class Words:
    """One thing somebody might say: its messages, and what they tell by our own labels."""

    texts: tuple[str, ...]
    tells: frozenset[str] = frozenset()
    hard: bool = False


@dataclass
class Persona:
    """Somebody: where they start, how they are, what they say."""

    name: str
    about: str = ""
    like: str | None = None
    start: dict[str, str] = field(default_factory=dict)
    habits: dict[str, float] = field(default_factory=dict)
    lines: dict[str, list[Words]] = field(default_factory=dict)

    def says(self, kind):
        """Their lines for this kind of question: their own, or those of whom they are like."""
        if kind in self.lines:
            return self.lines[kind]
        return persona(self.like or EVERYBODY).says(kind)


@cache
def persona(name):
    """The simulated person of this name."""
    one = Persona(name)
    kind = None
    for line in (HERE / f"{name}.txt").read_text("utf-8").splitlines():
        if not line.strip():
            continue
        if line.startswith("[") and line.endswith("]"):
            kind = line[1:-1]
            one.lines[kind] = []
        elif kind is None:
            _head(one, *line.split(": ", 1))
        else:
            one.lines[kind].append(_words(line))
    return one


def personas():
    """The names of all simulated people."""
    return sorted(file.stem for file in HERE.glob("*.txt") if file.stem != EVERYBODY)


def _head(one, key, value):
    if key in {"about", "like"}:
        setattr(one, key, value)
    elif key == "habits":
        one.habits = {k: float(v) for k, v in (pair.split("=") for pair in value.split())}
    else:
        one.start = dict(pair.split("=") for pair in value.split())


def _words(line):
    said, _, labels = line.partition(" ~ ")
    if "||" in labels:  # the label stands inside a burst
        labels, rest = labels.split(" || ", 1)
        said, _, more = f"{said} || {rest}".partition(" ~ ")
        labels = f"{labels} {more}"
    tells = frozenset(labels.split())
    texts = tuple(part.strip() for part in said.split("||"))
    return Words(texts, tells - {"hard", "loss"}, "hard" in tells)
