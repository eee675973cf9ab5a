"""Stock Rasa's Telegram channel, with the smallest assistant that does the same work.

Rasa is not changed but for two things, both put into aiogram before Rasa starts. The address of
Telegram, for which its channel has no setting. And the session that the channel opens while it
starts, in an event loop that is closed when it is up: with the aiogram that Rasa 3.6.21 asks for,
every update is refused with "Event loop is closed", so the session is opened anew.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import httpx
import yaml

from benchmarks.errors import WouldNotStart
from benchmarks.messages.side import Processes, Side
from benchmarks.places import PYTHON
from benchmarks.servers import ENVIRONMENT, free_port
from tests.channels.bot_api.running import wait_until

TRAINING_SECONDS = 600
STARTING_SECONDS = 120

# Whatever is written is answered by one action: no reading costs less.
PROJECT = {
    "config.yml": {
        "recipe": "default.v1",
        "assistant_id": "comparison",
        "language": "en",
        "pipeline": [{"name": "WhitespaceTokenizer"}, {"name": "KeywordIntentClassifier"}],
        "policies": [
            {
                "name": "RulePolicy",
                "core_fallback_threshold": 0.3,
                "core_fallback_action_name": "action_answer",
                "enable_fallback_prediction": True,
            }
        ],
    },
    "domain.yml": {"version": "3.1", "intents": ["wrote"], "actions": ["action_answer"]},
    "data/all.yml": {
        "version": "3.1",
        "nlu": [{"intent": "wrote", "examples": "- walked\n- shop\n"}],
        "rules": [{"rule": "all", "steps": [{"intent": "wrote"}, {"action": "action_answer"}]}],
    },
}
ACTION = """
import os

from rasa_sdk import Action

from work import work


class Answer(Action):
    def name(self):
        return "action_answer"

    def run(self, dispatcher, tracker, domain):
        text = tracker.latest_message.get("text")
        dispatcher.utter_message(text=work(os.environ["HANDLED"], tracker.sender_id, text))
        return []
"""
STARTER = """
import sys

import aiogram
from aiogram.bot import api

there = api.TelegramAPIServer.from_base(sys.argv.pop(1))
made = aiogram.Bot.__init__


def beside(self, *given, **more):
    made(self, *given, **{"server": there, **more})


def session(self):
    if self._session is None or self._session._loop.is_closed():
        self._session = self.get_new_session()
    return self._session


aiogram.Bot.__init__ = beside
aiogram.Bot.session = property(session)

from rasa.__main__ import main

main()
"""


class Rasa(Side):
    """`rasa run` with the Telegram channel, and the action server beside it.

    Only `rasa run` is killed: the action server holds no message.
    """

    name = "stock Rasa 3.6.21, its Telegram channel (webhook)"
    actions: Processes | None = None

    def processes(self) -> Processes:
        """Trains the assistant, and starts the action server."""
        port, actions = free_port(), free_port()
        project = self._project(port, actions)
        command = [PYTHON, "-m", "rasa", "run", "actions", "-p", str(actions)]
        handled = str(self.folder / "handled.db")
        self.actions = Processes(
            command, log=self.folder / "actions.log", where=project, HANDLED=handled
        )
        self.actions.start()
        wait_until(lambda: _answers(f"http://127.0.0.1:{actions}/health"), STARTING_SECONDS)
        run = ["run", "-i", "127.0.0.1", "-p", str(port)]
        starter = [PYTHON, project / "starter.py", self.network.url, *run]
        return Processes(starter, log=self.folder / "log", where=project)

    def close(self) -> None:
        """Ends the action server."""
        if self.actions is not None:
            self.actions.end()

    def _project(self, port: int, actions: int) -> Path:
        project = self.folder / "assistant"
        channel = {
            "access_token": self.network.token,
            "verify": "onestep_test_bot",
            "webhook_url": f"http://127.0.0.1:{port}/webhooks/telegram/webhook",
        }
        files = {
            **PROJECT,
            "credentials.yml": {"telegram": channel},
            "endpoints.yml": {"action_endpoint": {"url": f"http://127.0.0.1:{actions}/webhook"}},
        }
        _write(project, files)
        (project / "actions.py").write_text(ACTION, "utf-8")
        (project / "starter.py").write_text(STARTER, "utf-8")
        shutil.copyfile(Path(__file__).with_name("work.py"), project / "work.py")
        (project / "models").mkdir()
        (project / "models" / "trained.tar.gz").write_bytes(_trained())
        return project


@cache
def _trained() -> bytes:
    """The model of the assistant, trained once for all rounds. Raises WouldNotStart."""
    with tempfile.TemporaryDirectory(prefix="onestep-bench-") as name:
        _write(Path(name), PROJECT)
        _train(Path(name))
        (model,) = (Path(name) / "models").glob("*.tar.gz")
        return model.read_bytes()


def _write(project: Path, files: Mapping[str, object]) -> None:
    for name, said in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(yaml.safe_dump(said), "utf-8")


def _train(project: Path) -> None:
    done = subprocess.run(
        [PYTHON, "-m", "rasa", "train"],
        cwd=project,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=TRAINING_SECONDS,
        check=False,
    )
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
        raise WouldNotStart(f"`rasa train` failed:\n{last}")


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, trust_env=False).is_success
    except httpx.TransportError:
        return False
