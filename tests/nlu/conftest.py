"""The sentences of this folder, and what the trained model makes of them, read once."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
MODEL = ROOT / "bot" / "models" / "onestep.tar.gz"
LEAST_WORDS, MOST_WORDS = 3, 12  # of a quotation
SETS = ("heldout", "confusions", "filing", "told", "quotes", "opt_in")


def _lines(name):
    text = (HERE / f"{name}.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="session")
def sets():
    """Every set of sentences by name: {"heldout": [{"id", "text", "intent"}, …], …}."""
    return {name: _lines(name) for name in SETS}


@pytest.fixture(scope="session")
def taught():
    """Return every example the bot learns from, as the lines of its training files."""
    files = sorted((ROOT / "bot" / "data" / "nlu").glob("*.yml"))
    lines = [line.strip() for file in files for line in file.read_text("utf-8").splitlines()]
    return [line[2:] for line in lines if line.startswith("- ") and ": " not in line[:12]]


@pytest.fixture(scope="session")
def understood(sets):
    """What the model understood, by sentence id: {"intent", "confidence", "marks"}."""
    if not MODEL.exists():
        pytest.fail("there is no trained model: run `make setup` first")
    asked = [{"id": s["id"], "text": s["text"]} for each in sets.values() for s in each]
    done = subprocess.run(
        [PYTHON, "-I", ROOT / "tools" / "parse_nlu.py", "--model", MODEL],
        input="\n".join(map(json.dumps, asked)),
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    read = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(read) == len(asked)
    return {one.pop("id"): one for one in read}


@pytest.fixture
def show(capsys):
    """Print lines past pytest's capture: these figures are wanted when all is well, too."""

    def printed(*lines):
        with capsys.disabled():
            sys.stdout.write("\n".join(("", *lines, "")))

    return printed


def _breach(sentence, quote):
    if not LEAST_WORDS <= len(quote.split()) <= MOST_WORDS:
        return "not three to twelve words"
    if quote not in sentence["text"] or "\n" in quote or quote != quote.strip():
        return "not a stretch of one message"
    held = [
        item
        for item in sentence["must_not"]
        if re.search(rf"(?<!\w){re.escape(item)}(?!\w)", quote, re.IGNORECASE)
    ]
    return f"holds {held}" if held else None


@pytest.fixture(scope="session")
def breach():
    """Return a function of a sentence and a quotation of it: the rule it breaks, or None."""
    return _breach


@pytest.fixture(scope="session")
def listed():
    """Return a function of failing sentences: one a line, whole, with its id first."""

    def lines(wrong):
        return f"{len(wrong)}:\n" + "\n".join(" | ".join(map(str, one)) for one in wrong)

    return lines
