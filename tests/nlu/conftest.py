"""The sentences of this folder, and what the trained model makes of them, read once."""

import fcntl
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from http.client import HTTPConnection
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
MODEL = ROOT / "bot" / "models" / "onestep.tar.gz"
LEAST_WORDS, MOST_WORDS = 3, 12  # of a quotation
KINDS = ("heldout", "confusions", "filing", "told", "quotes", "opt_in")
FRESH = tuple(f"blind_fresh_{kind}" for kind in ("heldout", "confusions", "filing", "opt_in"))
# blind: by a third writer, see test_blind; fresh: see test_fresh
SETS = (*KINDS, *(f"blind_{kind}" for kind in KINDS), *FRESH)


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
def understood(sets, tmp_path_factory):
    """What the model understood, by sentence id: {"intent", "confidence", "marks"}.

    Read once for all the processes of a run: the first that needs it writes it down.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    kept = tmp_path_factory.getbasetemp().parent / f"understood-{run}.json"
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_text(json.dumps(_read_all(sets)), "utf-8")
        return json.loads(kept.read_text("utf-8"))


def _read_all(sets):
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


def _scores(pairs):
    right = Counter(t for t, r in pairs if t == r)
    true, read = Counter(t for t, _ in pairs), Counter(r for _, r in pairs)
    table = {}
    for intent, many in sorted(true.items()):
        precision = right[intent] / read[intent] if read[intent] else 0.0
        recall = right[intent] / many
        both = precision + recall
        table[intent] = (precision, recall, 2 * precision * recall / both if both else 0.0, many)
    return table


@pytest.fixture(scope="session")
def scores():
    """Return a function of (true, read) pairs: {intent: (precision, recall, F1, sentences)}."""
    return _scores


@pytest.fixture(scope="session")
def short():
    """Return a function that leaves a sentence its small letters, figures and spaces only."""
    return lambda text: "".join(c for c in text.lower() if c.isalnum() or c == " ").strip()


@pytest.fixture(scope="session")
def listed():
    """Return a function of failing sentences: one a line, whole, with its id first."""

    def lines(wrong):
        return f"{len(wrong)}:\n" + "\n".join(" | ".join(map(str, one)) for one in wrong)

    return lines


CONTEXT = {
    "now": "2026-11-21T18:02:00+00:00",
    "zone": "Europe/London",
    "language": "en",
    "channel": "telegram",
    "length": "ordinary",
    "discreet": False,
    "called": "Sam",
    "coach": "Ana",
    "kind": "check_in",
    "asks_left": 5,
    "due": [],
    "quiet_days": 1,
    "unanswered": 0,
    "last_hard": False,
    "screen": {"level": "none", "spans": []},
    "people": [],
    "entries": [],
    "areas_due": [],
    "open_prompt": None,
}


class _Door(HTTPConnection):
    """HTTP over the bot's unix socket."""

    def __init__(self, path):
        super().__init__("bot", timeout=20)
        self._path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _turn(path, given):
    door = _Door(path)
    try:
        door.request("POST", "/turn", json.dumps(given).encode())
        got = door.getresponse()
        body = got.read()
        assert got.status == 200, body[:300]
        return json.loads(body)
    finally:
        door.close()


@pytest.fixture(scope="session")
def door(tmp_path_factory):
    """The socket of a bot of our own, stopped when these tests are done."""
    path = tmp_path_factory.mktemp("bot") / "b.sock"
    python = ROOT / "bot" / ".venv" / "bin" / "python"
    with subprocess.Popen(
        [python, "-I", ROOT / "bot" / "serve.py", "--socket", path, "--watch-stdin"],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
    ) as bot:
        end = time.monotonic() + 90
        while not path.exists() and bot.poll() is None and time.monotonic() < end:
            time.sleep(0.2)
        assert path.exists(), "the bot did not start"
        yield path
        bot.terminate()


@pytest.fixture(scope="session")
def asked(door):
    """The state and the open prompt once a check-in has opened."""
    first = _turn(
        door,
        {
            "contract": 1,
            "turn_id": "t0",
            "input": {"kind": "event", "event": "check_in_due"},
            "state": None,
            "context": CONTEXT,
        },
    )
    (prompt,) = [r["prompt"] for r in first["replies"] if r.get("prompt")]
    return first["state"], prompt


@pytest.fixture(scope="session")
def say(door, asked):
    """Return a function that takes one turn: a sentence in, its texts by ref and the answer out.

    A sentence with line breaks is a burst. It answers the question a check-in opened with, or
    comes unprompted; every turn starts from the same state, so none can colour the next.
    """
    state, prompt = asked

    def turn(sentence, *, prompted):
        texts = {f"m{n}": text for n, text in enumerate(sentence["text"].split("\n"))}
        opened = {"open_prompt": prompt} if prompted else {"kind": "unprompted"}
        given = {
            "contract": 1,
            "turn_id": f"t-{sentence['id']}",
            "input": {
                "kind": "text",
                "messages": [{"ref": ref, "text": text} for ref, text in texts.items()],
            },
            "state": state if prompted else None,
            "context": CONTEXT | opened,
        }
        return texts, _turn(door, given)

    return turn
