"""Measure the leaning towards a person: the matters it saves, and the harmless words it costs.

    bot/.venv/bin/python tools/measure_leaning.py

Our own lines are read by five models, each of which has not seen the fifth it reads; the blind
sets by a model of all lines. Lost: matters (a worry, something practical) that are read as leaving
nothing for anybody to act on. Taken: harmless words read as a matter. A story is a message of 20
words and more. Takes about six minutes.
"""

import contextlib
import importlib
import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BOT = ROOT / "bot"
FOLDS = 5
MATTERS = {"share_worry", "practical_matter"}
HARMLESS = {"share_noticing", "share_normal", "small_talk", "greet", "thanks", "answer_ok"}
NEVER = 2.0
_ENDS = re.compile(r"[.!?;:,\n…]+|\b(?:and then|then|but|and)\b", re.IGNORECASE)
LEAST_WORDS = 4
Read = Callable[[str], tuple[dict[str, Any], list[dict[str, Any]]]]


@dataclass(frozen=True)
class Line:
    """A sentence, whether it is a matter for a person, and what a model made of it."""

    text: str
    matter: bool
    intent: dict[str, Any]
    ranking: list[dict[str, Any]]
    parts: list[list[dict[str, Any]]]


@dataclass(frozen=True)
class Way:
    """One way to lean: from how likely on, in short messages and in stories."""

    name: str
    short: float
    story: float
    by_part: bool = False


WAYS = (
    Way("no leaning", NEVER, NEVER),
    Way("0.2 everywhere", 0.2, 0.2),
    Way("0.3 everywhere", 0.3, 0.3),
    Way("0.4 everywhere", 0.4, 0.4),
    Way("0.5 everywhere", 0.5, 0.5),
    Way("0.3; a story by its likeliest part, 0.6", 0.3, 0.6, by_part=True),
    Way("0.3; a story by its likeliest part, 0.8", 0.3, 0.8, by_part=True),
    Way("**0.3; a story 0.5**", 0.3, 0.5),
)


def main() -> None:
    """Print one line of the table for each way."""
    sys.path.insert(0, str(BOT))
    importlib.import_module("train").prepare()
    marks: Any = importlib.import_module("components.marks")
    own, blind = list(own_lines(marks)), blind_lines(marks)
    groups = {
        "own lines, short": [one for one in own if not story(one, marks)],
        "own lines, stories": [one for one in own if story(one, marks)],
        **blind,
    }
    print("| leaning | " + " | ".join(f"{name}: lost / taken" for name in groups) + " |")
    print("|---|" + "---|" * len(groups))
    component = marks.Marks()
    for way in WAYS:
        marks.LIKELY_A_MATTER, marks.LIKELY_IN_A_STORY = way.short, way.story
        cells = [cell(lines, way, marks, component) for lines in groups.values()]
        print(f"| {way.name} | " + " | ".join(cells) + " |", flush=True)


def story(line: Line, marks: Any) -> bool:
    """Whether it is as long as the bot's own stories are."""
    return len(line.text.split()) >= int(marks.STORY_WORDS)


def cell(lines: Sequence[Line], way: Way, marks: Any, component: Any) -> str:
    """Return "lost of matters / taken of harmless"."""
    read = [(one, label(one, way, marks, component)) for one in lines]
    matters = [name for one, name in read if one.matter]
    harmless = [name for one, name in read if not one.matter]
    lost = sum(name in marks.LEAVES_NOTHING for name in matters)
    taken = sum(name in MATTERS for name in harmless)
    return f"{lost} of {len(matters)} / {taken} of {len(harmless)}"


def label(line: Line, way: Way, marks: Any, component: Any) -> str:
    """Return the intent of a line once the marks have looked at it."""
    ranking = line.ranking
    if way.by_part and line.parts and story(line, marks):
        ranking = max(line.parts, key=likely)
    message = importlib.import_module("rasa.shared.nlu.training_data.message").Message
    data = {"text": line.text, "intent": dict(line.intent), "intent_ranking": ranking}
    name: str = component.process([message(data=data)])[0].get("intent")["name"]
    return name


def likely(ranking: Iterable[dict[str, Any]]) -> float:
    """Return how likely a worry and a practical matter are together."""
    return sum(float(one["confidence"]) for one in ranking if one["name"] in MATTERS)


def own_lines(marks: Any) -> Iterable[Line]:
    """Yield our own lines that are a matter or harmless, each read by a model without it."""
    loading = importlib.import_module("rasa.shared.nlu.training_data.loading")
    examples = loading.load_data(str(BOT / "data" / "nlu")).intent_examples
    for fold in range(FOLDS):
        read = trained([one for n, one in enumerate(examples) if n % FOLDS != fold])
        for one in examples[fold::FOLDS]:
            if one.get("intent") in MATTERS | HARMLESS:
                yield line(one.get("text"), one.get("intent") in MATTERS, read, marks)


def blind_lines(marks: Any) -> dict[str, list[Line]]:
    """Return the blind sets' matters and harmless messages, read by a model of all our lines."""
    loading = importlib.import_module("rasa.shared.nlu.training_data.loading")
    read = trained(loading.load_data(str(BOT / "data" / "nlu")).intent_examples)
    third = [(one["text"], True) for one in kept("blind_filing")]
    third += [
        (one["text"], False)
        for one in kept("blind_quotes")
        if not one["must_not"] and len(one["text"].split()) >= 6  # noqa: PLR2004  as in the tests
    ]
    third += labelled("blind_heldout")
    fresh = [(one["text"], True) for one in kept("blind_fresh_filing")]
    fresh += labelled("blind_fresh_heldout")
    sets = {"blind, third writer": third, "fresh sentences": fresh}
    return {name: [line(t, m, read, marks) for t, m in some] for name, some in sets.items()}


def labelled(name: str) -> list[tuple[str, bool]]:
    """Return the sentences of a set that are a matter or harmless, and which."""
    either = MATTERS | HARMLESS
    return [
        (one["text"], one["intent"] in MATTERS) for one in kept(name) if one["intent"] in either
    ]


def kept(name: str) -> list[dict[str, Any]]:
    """Return one set of sentences."""
    lines = (ROOT / "tests" / "nlu" / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def line(text: str, matter: bool, read: Read, marks: Any) -> Line:  # noqa: FBT001  a label
    """Return a line with what a model made of it, and of its parts when it is a story."""
    intent, ranking = read(text)
    long = len(text.split()) >= int(marks.STORY_WORDS)
    parts = [read(part)[1] for part in things_said(text)] if long else []
    return Line(text, matter, intent, ranking, parts)


def things_said(text: str) -> list[str]:
    """Return what a long message says, cut where people draw breath."""
    things: list[str] = []
    for piece in _ENDS.split(text):
        words = piece.split()
        if things and min(len(words), len(things[-1].split())) < LEAST_WORDS:
            words = [*things.pop().split(), *words]
        if words:
            things.append(" ".join(words))
    return things


def trained(examples: Sequence[Any]) -> Read:
    """Train the bot's own pipeline, without the marks, and return a function that reads a text."""
    data = importlib.import_module("rasa.shared.nlu.training_data.training_data").TrainingData
    written = importlib.import_module("rasa.shared.utils.io").read_yaml_file
    with tempfile.TemporaryDirectory() as folder:
        config, lines = Path(folder) / "config.yml", Path(folder) / "nlu.yml"
        whole = dict(written(str(BOT / "config.yml")))
        pipeline = [dict(one) for one in whole["pipeline"] if not one["name"].endswith("Marks")]
        config.write_text(json.dumps({**whole, "pipeline": pipeline, "policies": []}))
        lines.write_text(data(training_examples=list(examples)).nlu_as_yaml(), "utf-8")
        with contextlib.redirect_stdout(sys.stderr):
            model = importlib.import_module("rasa.model_training").train_nlu(
                config=str(config), nlu_data=str(lines), output=folder, fixed_model_name="m"
            )
        return reading(Path(model))


def reading(model: Path) -> Read:
    """Return a function of one text that gives its intent and the ranking, by the bot's runner."""
    loading = importlib.import_module("rasa.engine.loader")
    storage = importlib.import_module("rasa.engine.storage.local_model_storage")
    runner_class = importlib.import_module("server.model").DirectRunner
    message_class = importlib.import_module("rasa.core.channels.channel").UserMessage
    with tempfile.TemporaryDirectory() as folder:
        meta, runner = loading.load_predict_graph_runner(
            Path(folder), model, storage.LocalModelStorage, runner_class
        )
    target = runner.before(meta.nlu_target)

    def read(text: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        message = runner.run({"__message__": [message_class(text)]}, [target])[target][0]
        return message.get("intent"), message.get("intent_ranking")

    return read


if __name__ == "__main__":
    main()
