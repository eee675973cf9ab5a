"""The README's "Through Twilio", followed with its own commands against a Twilio of ours."""

import os
import re
import shutil
import signal
import subprocess

import pytest

from channels.twilio import Twilio
from tests.channels.bot_api.running import wait_until
from tests.channels.peers.emulate import NUMBER, SID, TOKEN, emulating
from tests.channels.peers.process import free_port, listens
from tests.recipes.recipes import ROOT

WITHIN = 240  # seconds for a start with the real bot, on a busy machine
SAM = "+447700900101"


def commands():
    """The commands of each step, as they stand."""
    section = (ROOT / "README.md").read_text("utf-8").split("\n### Through Twilio\n")[1]
    fences = re.findall(r"```sh\n(.*?)```", section.split("\n### ")[0], re.DOTALL)
    return [fence.replace("\n   ", "\n").strip() for fence in fences]


@pytest.mark.slow
def test_three_steps_from_an_account_to_a_conversation(tmp_path):
    """Set up, serve, invite; Sam texts the code, reads what this is, and begins."""
    set_up, serve, invite = commands()
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    shutil.copy(ROOT / ".env.example", tmp_path)
    port = free_port()
    public = f"http://127.0.0.1:{port}"
    elsewhere = "http://127.0.0.1:9"  # where the number posts before it is set up
    with emulating(tmp_path, elsewhere + Twilio.path) as peer:
        env = {
            "PATH": os.environ["PATH"],
            "ONESTEP_TWILIO_API": peer.url,  # this and the address are not as in the README
            "ONESTEP_DATA": str(tmp_path / "var"),
            "ONESTEP_PORT": str(port),
            "ONESTEP_METRICS_PORT": str(free_port()),
        }

        def typed(line):
            said = subprocess.run(
                ["bash", "-ec", line],
                check=False,
                cwd=tmp_path,
                env=env,
                capture_output=True,
                text=True,
            )
            assert said.returncode == 0, said.stderr
            return said.stdout

        mine = {
            "the-account-SID": SID,
            "the-auth-token": TOKEN,
            "+447700900000": NUMBER,
            "https://onestep.example.org": public,
        }
        for theirs, ours in mine.items():
            assert theirs in set_up
            set_up = set_up.replace(theirs, ours)
        assert f"come to {public}{Twilio.path} from now on" in typed(set_up)
        log = tmp_path / "log.txt"
        with log.open("wb") as file:
            service = subprocess.Popen(
                ["bash", "-c", f"exec {serve}"], cwd=tmp_path, env=env, stdout=file, stderr=file
            )

        def until(count):
            ended = service.poll
            wait_until(lambda: len(peer.sent_to(SAM)) >= count or ended() is not None, WITHIN)
            assert service.poll() is None, log.read_text()
            return peer.sent_to(SAM)

        try:
            code = re.search(r"By text, Sam sends (\w{4} \w{4}) to", typed(invite))[1]
            wait_until(lambda: listens(port) or service.poll() is not None, WITHIN)
            peer.phone_sends(SAM, code)
            until(1)
            peer.phone_sends(SAM, "yes")
            texts = until(4)
            assert "Sam" in texts[1]
            assert "Ana" in texts[2]
            peer.phone_sends(SAM, "1")
            assert "Ana" in until(5)[4] or "different" in until(5)[4]
        finally:
            service.send_signal(signal.SIGTERM)
            assert service.wait(WITHIN) == 0, log.read_text()
