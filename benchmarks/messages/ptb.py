"""python-telegram-bot's own polling and its own webhook, in an environment of their own."""

from pathlib import Path

from benchmarks.messages.side import SECRET, Processes, Side
from benchmarks.places import CACHE
from benchmarks.servers import free_port
from onestep.settings import ROOT
from tools.setup import uv
from tools.setup.environments import Environment, bring_up_to_date

LOCK = ROOT / "benchmarks" / "requirements.lock"


class Ptb(Side):
    """A handler on python-telegram-bot, which is left as it comes."""

    mode = "polling"
    name = "python-telegram-bot 22.8, its own polling"

    def processes(self) -> Processes:
        """One process; its environment is made the first time."""
        command = [
            environment(),
            Path(__file__).with_name("ptb_process.py"),
            f"--mode={self.mode}",
            f"--url={self.network.url}",
            f"--token={self.network.token}",
            f"--secret={SECRET}",
            f"--port={free_port()}",
            f"--database={self.folder / 'handled.db'}",
        ]
        return Processes(command, log=self.folder / "log")


class PtbWebhook(Ptb):
    """The same, posted to."""

    mode = "webhook"
    name = "python-telegram-bot 22.8, its own webhook"


def environment() -> Path:
    """The Python that has what benchmarks/requirements.lock says. Raises SetupError."""
    made = Environment("the comparison", CACHE / "messages-venv", LOCK, ("3.12", "3.13"))
    bring_up_to_date(made, uv.provide(ROOT))
    return made.python
