"""`onestep serve` is one tree: it is there as a whole or not at all."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ONESTEP = [sys.executable, "-c", "from onestep.cli import main; main()"]
WITHIN = 120  # seconds for a start, or an end, on a busy machine

pytestmark = pytest.mark.slow


def free_ports():
    """Two loopback ports that nobody listens on."""
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as two,
    ):
        return one.getsockname()[1], two.getsockname()[1]


class Tree:
    """A running `onestep serve --demo`, or one of its parts."""

    def __init__(self, folder, *words, ports=None):
        self.folder = folder
        self.port, self.inside = ports or free_ports()
        self.log = folder / "log.txt"
        env = {
            "PATH": os.environ["PATH"],
            "ONESTEP_PORT": str(self.port),
            "ONESTEP_METRICS_PORT": str(self.inside),
            "ONESTEP_DATA": str(folder / "var"),
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*ONESTEP, *words],
                cwd=folder,
                env=env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def until(self, true):
        """Waits until something is true of it."""
        end = time.monotonic() + WITHIN
        while not true():
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.05)

    def until_ready(self):
        """Waits until it has said where it is, and the worker listens."""
        self.until(lambda: "made-up people" in self.log.read_text())
        self.until(lambda: list((self.folder / "var" / "run").glob("*.bell")))

    def ask(self, path, port=None, body=None):
        """The answer of a page."""
        data = None if body is None else json.dumps(body).encode()
        url = f"http://127.0.0.1:{port or self.port}{path}"
        with urllib.request.urlopen(urllib.request.Request(url, data), timeout=10) as answer:
            return answer.read().decode()

    def worker(self):
        """The worker's process, which its socket is named after."""
        [bell] = (self.folder / "var" / "run").glob("*.bell")
        return int(bell.stem)

    def processes(self):
        """Every process of the tree, the bot's too."""
        found = subprocess.run(
            ["ps", "-eo", "pid,ppid"], capture_output=True, text=True, check=True
        )
        pairs = [tuple(map(int, line.split())) for line in found.stdout.splitlines()[1:]]
        ours = {self.process.pid}
        for _ in pairs:
            ours |= {pid for pid, parent in pairs if parent in ours}
        return ours


def gone(processes):
    """Whether none of them runs any more."""
    return not any(alive(pid) for pid in processes)


def alive(pid):
    """Whether a process runs; one that only waits to be counted does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.fixture
def tree(tmp_path):
    """A running demo of one's own."""
    running = Tree(tmp_path, "serve", "--demo")
    running.until_ready()
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait(WITHIN)


def test_a_message_is_answered_and_time_moves_for_all(tree):
    """The web part takes it in, the worker answers; a clock moved here is moved there."""
    client = json.loads(tree.ask("/demo/clients"))[0]["id"]

    def said_to_them():
        shown = json.loads(tree.ask(f"/demo/clients/{client}/lines"))["lines"]
        return len([line for line in shown if not line["mine"]])

    tree.ask(f"/demo/clients/{client}/act", body={"act": "check_in_due"})
    tree.until(lambda: said_to_them() == 1)
    tree.ask(f"/demo/clients/{client}/say", body={"text": "slept better"})
    tree.until(lambda: said_to_them() == 2)
    tree.ask(f"/demo/clients/{client}/say", body={"text": "PAUSE 1 week"})
    tree.until(lambda: said_to_them() == 3)
    # The end of the pause is the worker's to see.
    tree.ask("/demo/clock", body={"move": "a_week"})
    tree.ask("/demo/clock", body={"move": "a_day"})
    tree.until(lambda: said_to_them() == 4)
    assert tree.ask("/readyz", tree.inside) == "ready"
    assert 'onestep_turns{by="bot"}' in tree.ask("/metrics", tree.inside)
    ours, works = (os.getpriority(os.PRIO_PROCESS, it) for it in (tree.process.pid, tree.worker()))
    assert works == min(ours + 5, 19)  # a provider who waits goes first (0071)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_told_to_end_it_ends_whole(tree, sign):
    """Ctrl-C, as the terminal sends it to all of us, and TERM: exit 0, nothing left, no word."""
    there = tree.processes()
    assert len(there) >= 4
    if sign is signal.SIGINT:
        os.killpg(tree.process.pid, sign)
    else:
        os.kill(tree.process.pid, sign)
    assert tree.process.wait(WITHIN) == 0
    tree.until(lambda: gone(there))
    assert "Traceback" not in tree.log.read_text()
    assert list((tree.folder / "var" / "run").iterdir()) == []


def test_one_part_that_dies_ends_all(tree):
    """Nothing is started again in silence: exit 1 and a sentence that names the part."""
    there = tree.processes()
    os.kill(tree.worker(), signal.SIGKILL)
    assert tree.process.wait(WITHIN) == 1
    tree.until(lambda: gone(there))
    assert "The worker part has ended by itself" in tree.log.read_text()
    assert "Traceback" not in tree.log.read_text()


def test_parts_do_not_outlive_a_serve_that_was_killed(tree):
    """They see that nobody watches them any more."""
    there = tree.processes()
    tree.process.kill()
    tree.process.wait(WITHIN)
    tree.until(lambda: gone(there))


def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path):
    """The part says which setting, and everything ends."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = (taken.getsockname()[1], free_ports()[0])
        running = Tree(tmp_path, "serve", "--demo", ports=ports)
        assert running.process.wait(WITHIN) == 1
    said = running.log.read_text()
    assert "set ONESTEP_PORT to another" in said
    assert "Traceback" not in said


def test_the_parts_run_alone(tmp_path, onestep_run, monkeypatch):
    """web, worker and bot, each by its verb, are the service together; each ends when told."""
    monkeypatch.setenv("ONESTEP_DATA", str(tmp_path / "var"))
    assert onestep_run("migrate").code == 0
    ports = free_ports()
    parts = [Tree(tmp_path, verb, ports=ports) for verb in ("worker", "web", "bot")]
    run = tmp_path / "var" / "run"
    parts[0].until(lambda: (run / "bot.sock").exists() and list(run.glob("*.bell")))
    parts[1].until(lambda: _is_up(parts[1]))
    assert parts[1].ask("/healthz") == "ok"
    for part in parts:
        part.process.send_signal(signal.SIGTERM)
    assert [part.process.wait(WITHIN) for part in parts] == [0, 0, 0]
    assert list(run.iterdir()) == []


def _is_up(part):
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", part.port)) == 0
