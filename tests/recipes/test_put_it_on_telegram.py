"""The README's "Put it on Telegram", followed with its own commands against a Telegram of ours."""

import os
import re
import shutil
import signal
import socket
import subprocess
from contextlib import closing

import pytest

from tests.channels.bot_api.running import telegram_network, wait_until
from tests.recipes.recipes import ROOT

WITHIN = 180  # seconds for a start with the real bot, on a busy machine
SAM = 5101


def commands():
    """The commands of each step, as they stand."""
    section = (ROOT / "README.md").read_text("utf-8").split("\n## Put it on Telegram\n")[1]
    fences = re.findall(r"```sh\n(.*?)```", section.split("\n## ")[0], re.DOTALL)
    return [fence.replace("\n   ", "\n").strip() for fence in fences]


def free_port():
    """A port nobody listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return str(found.getsockname()[1])


@pytest.mark.slow
def test_three_steps_from_a_token_to_a_conversation(tmp_path):
    """Set up, serve, invite; Sam presses Start, says it is for them, and begins."""
    set_up, serve, invite = commands()
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    shutil.copy(ROOT / ".env.example", tmp_path)
    with telegram_network() as network:
        env = {
            "PATH": os.environ["PATH"],
            "ONESTEP_TELEGRAM_API": network.url,  # the one thing that is not as in the README
            "ONESTEP_DATA": str(tmp_path / "var"),
            "ONESTEP_PORT": free_port(),
            "ONESTEP_METRICS_PORT": free_port(),
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

        assert "The token is good" in typed(
            set_up.replace("the-token-from-BotFather", network.token)
        )
        assert network.look()["menu"]["commands"]
        log = tmp_path / "log.txt"
        with log.open("wb") as file:
            service = subprocess.Popen(
                ["bash", "-c", f"exec {serve}"], cwd=tmp_path, env=env, stdout=file, stderr=file
            )
        try:
            code = re.search(r"\?start=(\w+)", typed(invite))[1]
            hand = network.phone(SAM)
            hand.type(f"/start {code}")
            wait_until(lambda: hand.texts or service.poll() is not None, WITHIN)
            assert service.poll() is None, log.read_text()
            hand.tap("It’s for me")
            wait_until(lambda: len(hand.texts) == 4, WITHIN)
            assert "Sam" in hand.texts[1]
            assert "Ana" in hand.texts[2]
            hand.tap("Begin")
            wait_until(lambda: len(hand.texts) == 5, WITHIN)
            assert "Ana" in hand.texts[4] or "different" in hand.texts[4]
        finally:
            service.send_signal(signal.SIGTERM)
            assert service.wait(WITHIN) == 0, log.read_text()
