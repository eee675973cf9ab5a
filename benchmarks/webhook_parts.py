"""The parts of a service with Telegram's own parser at its door, a slow screen and made-up phones.

Each runs in a process of its own, as `onestep serve` starts them.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Literal

from channels.base import Answer, Event, Posted
from channels.simulator import Simulator
from channels.telegram import Telegram
from onestep import safety, wiring
from onestep.cli.serve import give_way
from onestep.cli.web import run_web
from onestep.cli.worker import run_worker
from onestep.safety import ScreenContext, Verdict, door
from onestep.services import receive
from onestep.services.app import Clock
from onestep.settings import Settings

SECRET = "for-the-benchmark-only"  # noqa: S105  # nobody else's door
SCREEN_SECONDS = 0.010

# Our own, or the rules with ten milliseconds in the classifier's place, which wait or work.
Screen = Literal["waits", "works", "ours"]


class PostedTo(Simulator):
    """Telegram where it comes in, a ledger where it goes out."""

    limit = 1024 * 1024

    def __init__(self, data: Path) -> None:
        super().__init__("telegram", wiring.ledger(data))
        parser = Telegram("700100:made-up", key=b"k" * 32, secret=SECRET)
        object.__setattr__(self, "parser", parser)  # a Simulator is frozen

    @property
    def path(self) -> str:
        """Where Telegram posts."""
        return self.parser.path

    parser: Telegram

    def read(self, posted: Posted) -> Sequence[Event]:
        """What a signed post says."""
        return self.parser.read(posted)

    def answer(self, posted: Posted) -> Answer:
        """What Telegram wants to hear."""
        return self.parser.answer(posted)


def run_part(name: str, settings: Settings, screen: Screen, moved: timedelta) -> None:
    """Runs web or worker; its clock is `moved` to where people are written to."""
    logging.getLogger().setLevel(logging.ERROR)
    give_way(name)

    def slow(text: str, context: ScreenContext | None = None) -> Verdict:
        _ten_milliseconds(screen)
        return safety.screen(text, context)

    def no_score(*_: object) -> None:
        return None

    # The service has no plug for these: they are put where it looks.
    vars(wiring)["channels"] = lambda settings, _: {"telegram": PostedTo(settings.data)}
    vars(wiring)["shared_clock"] = lambda _: Clock(moved=moved)
    if screen != "ours":
        vars(receive)["screen"], vars(door)["classify"] = slow, no_score
    asyncio.run({"web": run_web, "worker": run_worker}[name](settings))


def _ten_milliseconds(screen: Screen) -> None:
    """A model in another process or outside Python's lock, or one that holds that lock."""
    if screen == "waits":
        time.sleep(SCREEN_SECONDS)
        return
    end = time.thread_time() + SCREEN_SECONDS
    while time.thread_time() < end:
        pass
