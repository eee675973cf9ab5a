"""What the sealed bot truly gives back, asked through its own door."""

import json
import socket
import subprocess
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
BOT = ROOT / "bot"
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


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    """The socket of a bot of our own, stopped when these tests are done."""
    path = tmp_path_factory.mktemp("bot") / "b.sock"
    python = BOT / ".venv" / "bin" / "python"
    with subprocess.Popen(
        [python, "-I", BOT / "serve.py", "--socket", path, "--watch-stdin"],
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


@pytest.fixture(scope="module")
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


def _spans(values):
    return [values["quote"]] if isinstance(values.get("quote"), dict) else []


@pytest.mark.timeout(600)
@pytest.mark.parametrize("unprompted", [False, True], ids=["an answer", "unprompted"])
def test_no_quotation_in_a_reply_breaks_a_rule(
    sets, door, asked, breach, listed, show, unprompted
):
    """Of five hundred messages none comes back with what may never be given back."""
    state, prompt = asked
    context = CONTEXT | (
        {"kind": "unprompted", "open_prompt": None} if unprompted else {"open_prompt": prompt}
    )
    given, wrong = 0, []
    for sentence in sets["quotes"]:
        texts = {f"m{n}": t for n, t in enumerate(sentence["text"].split("\n"))}
        answer = _turn(
            door,
            {
                "contract": 1,
                "turn_id": f"t-{sentence['id']}",
                "input": {
                    "kind": "text",
                    "messages": [{"ref": r, "text": t} for r, t in texts.items()],
                },
                "state": None if unprompted else state,
                "context": context,
            },
        )
        for reply in answer["replies"]:
            for span in _spans(reply.get("values", {})):
                given += 1
                quote = texts[span["ref"]][span["start"] : span["end"]]
                if why := breach(sentence, quote):
                    wrong.append((sentence["id"], why, quote))
    show(f"{given} quotations given in {len(sets['quotes'])} turns, {len(wrong)} against the rule")
    assert not wrong, listed(wrong)
