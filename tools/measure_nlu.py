"""Train several NLU pipelines on bot/data and compare them on the held-out sentences.

    bot/.venv/bin/python tools/measure_nlu.py                  every pipeline, as a table
    bot/.venv/bin/python tools/measure_nlu.py chosen lr-plain  only these

Each line: macro F1, accuracy, the three weakest intents, how often a sure reading (0.65 and up)
is right and how many of the right ones are sure, training time, time per message, and memory of
the process that reads. Each pipeline is trained and read in a process of its own.
"""

import argparse
import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BOT = ROOT / "bot"
HELD_OUT = ROOT / "tests" / "nlu" / "heldout.jsonl"
SURE = 0.65  # what the bot asks of a request before it leaves an open question for it

TOKENS = {"name": "WhitespaceTokenizer"}
OUR_LR = "components.intents.Intents"


def counts(analyzer: str, low: int, high: int, **more: Any) -> dict[str, Any]:
    """Return the configuration of one n-gram featurizer."""
    name = more.pop("name", "components.intents.SentenceCounts")
    return {"name": name, "analyzer": analyzer, "min_ngram": low, "max_ngram": high, **more}


def diet() -> list[dict[str, Any]]:
    """Return Rasa's own recommended pipeline, without entities."""
    plain = "CountVectorsFeaturizer"
    return [
        TOKENS,
        {"name": "LexicalSyntacticFeaturizer"},
        counts("word", 1, 1, name=plain),
        counts("char_wb", 1, 4, name=plain),
        {"name": "DIETClassifier", "epochs": 30, "entity_recognition": False, "random_seed": 42},
    ]


def diet_small(epochs: int) -> list[dict[str, Any]]:
    """Return a DIET that this machine can train: fewer n-grams, one layer, fewer epochs."""
    plain = "CountVectorsFeaturizer"
    return [
        TOKENS,
        counts("word", 1, 1, name=plain),
        counts("char_wb", 2, 3, name=plain, min_df=5),
        {
            "name": "DIETClassifier",
            "epochs": epochs,
            "entity_recognition": False,
            "number_of_transformer_layers": 1,
            "batch_size": [128, 128],
            "random_seed": 42,
        },
    ]


def pipelines() -> dict[str, list[dict[str, Any]]]:
    """Return every pipeline of the comparison by name."""
    word = counts("word", 1, 2)
    chars = counts("char_wb", 2, 5, min_df=2)
    plain = {"name": "LogisticRegressionClassifier", "max_iter": 200, "tol": 0.001}
    fast = {"name": OUR_LR, "solver": "liblinear", "C": 20, "tol": 0.01}
    soft = {"name": OUR_LR, "solver": "sag", "C": 20, "tol": 0.01, "max_iter": 40}
    return {
        "diet": diet(),
        "diet-small-6": diet_small(6),
        "diet-small-20": diet_small(20),
        "lr-plain-word": [TOKENS, word, plain],
        "lr-plain": [TOKENS, word, chars, plain],
        "rare-word": [TOKENS, word, fast],
        "rare-char": [TOKENS, chars, fast],
        "rare-long": [TOKENS, word, chars, fast],
        "chosen": [TOKENS, word, counts("char_wb", 2, 4, min_df=2), fast],
        "rare-softmax": [TOKENS, word, chars, soft],
        "rare-softmax-close": [TOKENS, word, chars, {**soft, "C": 50}],
    }


def held_out() -> list[dict[str, str]]:
    """Return the held-out sentences: {"text", "intent"}."""
    return [json.loads(line) for line in HELD_OUT.read_text("utf-8").splitlines() if line]


def measure(pipeline: list[dict[str, Any]]) -> dict[str, Any]:
    """Train one pipeline in this process and read every held-out sentence with it."""
    sys.path.insert(0, str(BOT))
    importlib.import_module("train").prepare()
    os.environ.pop("TF_NUM_INTRAOP_THREADS", None)
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.yml"
        whole = {"recipe": "default.v1", "assistant_id": "x", "language": "en"}
        config.write_text(json.dumps({**whole, "pipeline": pipeline, "policies": []}))
        began = time.process_time()
        model = importlib.import_module("rasa.model_training").train_nlu(
            config=str(config),
            nlu_data=str(BOT / "data" / "nlu"),
            output=folder,
            fixed_model_name="m",
        )
        trained = time.process_time() - began
        read = reader(Path(model))
        began = time.process_time()
        guesses = [read(one["text"]) for one in held_out()]
        reading = (time.process_time() - began) / len(guesses)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {**scores(guesses), "train_s": trained, "read_ms": reading * 1000, "peak_mb": peak}


def reader(model: Path) -> Any:
    """Return a function of one text that gives (intent, confidence), by the bot's own runner."""
    loading = importlib.import_module("rasa.engine.loader")
    storage = importlib.import_module("rasa.engine.storage.local_model_storage")
    runner_class = importlib.import_module("server.model").DirectRunner
    message_class = importlib.import_module("rasa.core.channels.channel").UserMessage
    with tempfile.TemporaryDirectory() as folder:
        meta, runner = loading.load_predict_graph_runner(
            Path(folder), model, storage.LocalModelStorage, runner_class
        )
    target = runner.before(meta.nlu_target)

    def read(text: str) -> tuple[str, float]:
        message = runner.run({"__message__": [message_class(text)]}, [target])[target][0]
        intent = message.get("intent")
        return intent["name"], float(intent["confidence"])

    return read


def scores(guesses: list[tuple[str, float]]) -> dict[str, Any]:
    """Return macro F1, accuracy, the weakest intents and what sureness is worth."""
    truth = [one["intent"] for one in held_out()]
    right = Counter(t for t, (g, _) in zip(truth, guesses, strict=True) if t == g)
    true, read = Counter(truth), Counter(g for g, _ in guesses)
    f1 = {name: 2 * right[name] / (true[name] + read[name]) for name in true}
    sure = [t == g for t, (g, c) in zip(truth, guesses, strict=True) if c >= SURE]
    weakest = sorted(f1, key=lambda name: f1[name])[:3]
    return {
        "macro_f1": sum(f1.values()) / len(f1),
        "accuracy": sum(right.values()) / len(truth),
        "weakest": [(name, round(f1[name], 2)) for name in weakest],
        "sure_right": sum(sure) / max(1, len(sure)),
        "right_sure": sum(sure) / max(1, sum(right.values())),
    }


def row(name: str, found: dict[str, Any]) -> str:
    """Return one line of the table."""
    weak = ", ".join(f"{intent} {f1:.2f}" for intent, f1 in found["weakest"])
    return (
        f"| {name} | {found['macro_f1']:.3f} | {found['accuracy']:.3f} | {weak} "
        f"| {found['sure_right']:.3f} | {found['right_sure']:.3f} "
        f"| {found['train_s']:.0f} | {found['read_ms']:.1f} | {found['peak_mb']} |"
    )


def main() -> None:
    """Measure each wanted pipeline in a process of its own and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("names", nargs="*", choices=[[], *pipelines()], metavar="NAME")
    parser.add_argument("--one", help=argparse.SUPPRESS)  # this process is a measuring one
    given = parser.parse_args()
    if given.one:
        sys.stdout.write("\n@" + json.dumps(measure(pipelines()[given.one])) + "\n")
        return
    print("| pipeline | macro F1 | accuracy | weakest | sure is right | right is sure", end=" ")
    print("| training, CPU s | a message, CPU ms | peak MB |\n|" + "---|" * 9)
    for name in given.names or pipelines():
        command = [sys.executable, __file__, "--one", name]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        result = next(line for line in done.stdout.splitlines() if line.startswith("@"))
        print(row(name, json.loads(result[1:])), flush=True)


if __name__ == "__main__":
    main()
