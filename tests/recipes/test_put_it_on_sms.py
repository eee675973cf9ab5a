"""The README's "Put it on SMS" with Kannel, followed with its own commands on a real Kannel."""

import os
import re
import shutil
import signal
import subprocess
from contextlib import contextmanager

import pytest

from tests.channels.bot_api.running import wait_until
from tests.channels.peers.kannel import Air, gateway
from tests.channels.peers.process import free_port
from tests.recipes.recipes import ROOT

WITHIN = 120  # seconds for a start with the real bot, on a busy machine
SAM = "+447700900101"


def commands():
    """The commands of each step, as they stand."""
    section = (ROOT / "README.md").read_text("utf-8").split("with Kannel\n")[1]
    fences = re.findall(r"```sh\n(.*?)```", section.split("\n## ")[0], re.DOTALL)
    return [fence.replace("\n   ", "\n").strip() for fence in fences]


def typed(line, *, folder, env):
    """What a command of the README says, typed where its reader stands."""
    said = subprocess.run(
        ["bash", "-ec", line], check=False, cwd=folder, env=env, capture_output=True, text=True
    )
    assert said.returncode == 0, said.stderr
    return said.stdout


@contextmanager
def serving(line, *, folder, env):
    """The service as its command started it; gives what it has written so far."""
    log = folder / "log.txt"
    with log.open("wb") as file:
        service = subprocess.Popen(
            ["bash", "-c", f"exec {line}"], cwd=folder, env=env, stdout=file, stderr=file
        )
    try:
        wait_until(lambda: "is at http" in log.read_text() or service.poll() is not None, WITHIN)
        yield log.read_text
    finally:
        service.send_signal(signal.SIGTERM)
        assert service.wait(WITHIN) == 0, log.read_text()


@pytest.mark.slow
def test_four_steps_from_a_sim_card_to_a_conversation(tmp_path):
    """Both sides are told, the service serves; Sam texts the code, reads what this is, begins."""
    set_up, tell_kannel, serve, invite = commands()
    shutil.copy(ROOT / ".env.example", tmp_path)
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    (tmp_path / "kannel").mkdir()
    port = free_port()
    env = {
        "PATH": os.environ["PATH"],
        # What is not as in the README: where things are on a machine that runs many tests.
        "ONESTEP_DATA": str(tmp_path / "var"),
        "ONESTEP_PORT": str(port),
        "ONESTEP_METRICS_PORT": str(free_port()),
    }
    here = {"folder": tmp_path, "env": env}
    assert "SMS through Kannel" in typed(set_up, **here)
    typed(tell_kannel, **here)
    written = (tmp_path / "kannel.conf").read_text("utf-8")
    with gateway(tmp_path / "kannel", f"http://127.0.0.1:{port}/webhooks", written) as peer:
        env["ONESTEP_KANNEL_SEND_URL"] = peer.send_url
        air = Air(peer)

        def say(words, count):
            air.send(SAM, words)
            wait_until(lambda: len(air.texts(SAM)) >= count, WITHIN)
            return air.texts(SAM)

        with serving(serve, **here):
            code = re.search(r"sends (\w{4} \w{4}) to \+447700900000", typed(invite, **here))[1]
            assert "1 It's for me" in say(code, 1)[0]
            told = say("1", 4)
            assert "Sam" in told[1]
            assert "Ana" in told[2]
            assert "1 Begin" in told[3]
            begun = say("1", 5)
            assert "Ana" in begun[4] or "different" in begun[4]
        air.down()
