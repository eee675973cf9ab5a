"""The bot as a process: sealed from its first moment, silent about what it hears."""

import http.client
import json
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="/proc")]

BOT = Path(__file__).resolve().parents[1]
CANARY = "canary-9917 went to the allotment"
SPY = '''
"""Actions that try to get out, or that fail with a client's words."""
import os, socket
from rasa_sdk import Action
import actions.actions


class Spy(Action):
    def name(self):
        return "action_begin"

    def run(self, dispatcher, tracker, domain):
        reached = []
        for place in (("127.0.0.1", 80), ("192.0.2.1", 80)):
            try:
                socket.create_connection(place, 2)
                reached.append("out")
            except OSError as error:
                reached.append(str(error.errno))
        names = sorted(os.environ)
        dispatcher.utter_message(
            json_message={"command": "spied", "reached": reached, "names": names}
        )
        return []
'''


class Line(http.client.HTTPConnection):
    """An HTTP connection over a unix socket."""

    def __init__(self, path):
        super().__init__("bot", timeout=30)
        self._path = str(path)

    def connect(self):
        """Connect to the socket's path."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(self._path)


class Running:
    """One bot process, and a line to it."""

    def __init__(self, folder, model, *options, before=()):
        self.socket, self.log = folder / "b.sock", folder / "log"
        command = [*before, sys.executable, "-I", str(BOT / "serve.py")]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*command, f"--socket={self.socket}", f"--model={model}", *options],
                env={},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=folder,
            )

    def wait(self):
        """Wait until it serves."""
        for _ in range(600):
            if self.socket.exists():
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def ask(self, method, path, body=b""):
        """Ask once; return status and JSON."""
        line = Line(self.socket)
        line.request(method, path, body)
        answer = line.getresponse()
        found = answer.status, json.loads(answer.read())
        line.close()
        return found

    def stop(self):
        """End it and return its log."""
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        return self.log.read_text()


@pytest.fixture(scope="module")
def unshared():
    """The words that cut a process off from the network, where the kernel allows it."""
    for way in (["--net"], ["--user", "--map-current-user", "--net"]):
        words = [shutil.which("unshare") or "unshare", *way, "--"]
        try:
            if subprocess.run([*words, "true"], check=False, capture_output=True).returncode == 0:
                return words
        except OSError:
            break
    return []


@pytest.fixture(scope="module")
def running(model_path, tmp_path_factory):
    """A bot in service."""
    bot = Running(tmp_path_factory.mktemp("bot"), model_path, "--watch-stdin").wait()
    yield bot
    bot.stop()


def test_its_environment_is_empty_and_its_socket_ours(running):
    """It was given no variable at all, and nobody else may open its door."""
    assert Path(f"/proc/{running.process.pid}/environ").read_bytes() == b""
    assert stat.S_IMODE(running.socket.stat().st_mode) == 0o600


def test_it_has_one_thread_and_no_listening_port(running):
    """No pools, no telemetry thread, no port of any kind."""
    assert len(list(Path(f"/proc/{running.process.pid}/task").iterdir())) == 1
    inodes = {
        str(fd.readlink()).strip("socket:[]")
        for fd in Path(f"/proc/{running.process.pid}/fd").iterdir()
        if "socket" in str(fd.readlink())
    }
    for table in ("tcp", "tcp6", "udp", "udp6"):
        rows = Path(f"/proc/{running.process.pid}/net/{table}").read_text().splitlines()[1:]
        assert not inodes & {row.split()[9] for row in rows}


def test_it_says_how_it_is(running):
    """Model, memory under 700 MB, turns."""
    status, health = running.ask("GET", "/health")
    assert status == 200
    assert health["model"].startswith("sha256:")
    assert 50 < health["rss_mb"] <= 700


def test_no_text_is_written_anywhere(running, asked):
    """Good, refused and failing turns: no word of them in the log."""
    for body in (
        asked.body(CANARY),
        asked.body({"kind": CANARY}),
        asked.body(CANARY, state={"slots": {"heard": CANARY}}),
        CANARY.encode(),
        asked.body(CANARY, turn_id=CANARY * 9),
    ):
        running.ask("POST", "/turn", body)
    assert "canary" not in running.log.read_text()
    assert "allotment" not in running.log.read_text()


def test_it_stops_when_told(model_path, tmp_path):
    """TERM ends it cleanly and takes the socket away; so does the end of its parent."""
    for end in ("term", "stdin"):
        bot = Running(tmp_path, model_path, "--watch-stdin").wait()
        if end == "term":
            bot.process.send_signal(signal.SIGTERM)
        else:
            bot.process.stdin.close()
        assert bot.process.wait(20) == 0
        bot.process.stdin.close()
        assert not bot.socket.exists()


def test_it_cannot_reach_out(model_path, tmp_path, asked, unshared):
    """An action that tries to connect, inside, fails for want of any network."""
    if not unshared:
        pytest.skip("this kernel allows no network namespace")
    for name in ("serve.py", "server", "actions", "components", "domain"):
        (tmp_path / name).symlink_to(BOT / name)
    (tmp_path / "spies.py").write_text(SPY)
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import serve; serve.main()"
    folder = tmp_path / "run"
    folder.mkdir()
    bot = Running.__new__(Running)
    bot.socket, bot.log = folder / "b.sock", folder / "log"
    with bot.log.open("w") as log:
        bot.process = subprocess.Popen(
            [
                *(*unshared, sys.executable, "-I", "-c", code),
                *(f"--socket={bot.socket}", f"--model={model_path}", "--actions=spies"),
            ],
            env={},
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
        )
    bot.wait()
    status, answer = bot.ask("POST", "/turn", asked.body(asked.event("check_in_due")))
    bot.stop()
    assert status == 200, answer
    (spied,) = [c for c in answer["commands"] if c["command"] == "spied"]
    assert spied["reached"] == ["101", "101"]  # network is unreachable
    assert not [name for name in spied["names"] if "SECRET" in name]


def test_a_model_that_was_not_recorded_is_refused(model_path, tmp_path):
    """A Rasa model file is code: another file, or one without its record, is not opened."""
    copy = tmp_path / "onestep.tar.gz"
    shutil.copy(model_path, copy)
    for record in (None, "sha256:" + "0" * 64):
        if record:
            (tmp_path / "onestep.sha256").write_text(record)
        bot = Running(tmp_path, copy)
        assert bot.process.wait(60) != 0
        assert "WrongModel" in bot.stop()


def test_memory_is_capped(tmp_path, model_path):
    """Over its hard limit it cannot even load: it ends, and takes nobody with it."""
    bot = Running(tmp_path, model_path, "--cap-mb=150")
    assert bot.process.wait(60) != 0
    bot.stop()
