"""The trained model and one loaded bot, shared by every test that needs a whole turn."""

import itertools
import json
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

BOT = Path(__file__).resolve().parents[1]
CONTEXT = {
    "now": "2026-11-21T18:02:00+00:00",
    "zone": "Europe/London",
    "language": "en",
    "channel": "telegram",
    "length": "ordinary",
    "discreet": False,
    "called": "Sam",
    "coach": "Ana",
    "asks_left": 5,
    "due": [],
    "quiet_days": 2,
    "screen": {"level": "none", "spans": []},
    "best_hopes": "a place of my own",
    "last_noticing": None,
    "last_small_step": None,
    "people": [],
    "entries": [{"ref": "e7", "date": "2026-11-14"}],
    "areas_due": [],
    "next_session": None,
    "open_prompt": None,
    "kind": "check_in",
    "unanswered": 0,
    "last_hard": False,
}


def body(given, *, state=None, turn_id="t1", **context):
    """Return the bytes of one request; a str or list is a text, a leading "!" an event."""
    if isinstance(given, str):
        given = [given]
    if isinstance(given, list):
        messages = [{"ref": f"m{n}", "text": text} for n, text in enumerate(given, start=1)]
        given = {"kind": "text", "messages": messages}
    whole = {
        "contract": 1,
        "turn_id": turn_id,
        "input": given,
        "state": state,
        "context": {**CONTEXT, **context},
    }
    return json.dumps(whole).encode()


def event(name):
    """Return the input of an event."""
    return {"kind": "event", "event": name}


@pytest.fixture(scope="session")
def asked():
    """Builders of requests: asked.body(...), asked.event(...)."""

    class Asked:
        pass

    Asked.body, Asked.event = staticmethod(body), staticmethod(event)
    return Asked


@pytest.fixture(scope="session")
def model_path():
    """The trained model, trained now if what is there is of other content."""
    train = [sys.executable, str(BOT / "train.py")]
    subprocess.run(train, check=True, capture_output=True)
    return BOT / "models" / "onestep.tar.gz"


@pytest.fixture(scope="session")
def door(model_path):
    """A loaded bot, asked without a socket: door.answer(method, path, body)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Rasa's imports and of every domain that has slots
        from serve import Door

        return Door(model_path, "actions")


@pytest.fixture
def ask(door):
    """Ask one turn; return the answer, or fail with the bot's reason."""
    turns = itertools.count(2)

    def asking(given, **how):
        how.setdefault("turn_id", f"t{next(turns)}")
        status, answer = door.answer("POST", "/turn", body(given, **how))
        assert status == 200, answer
        return answer

    return asking
