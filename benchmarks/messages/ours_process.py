"""Onestep as `onestep serve` runs it, but for one thing: its answers name what they answer.

The real bot is asked and what it decides is applied; only the lines it chose are exchanged for one
that gives each message back. Web, worker and bot have a process each, as for real clients.
"""

import argparse
import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from onestep import wiring
from onestep.cli import worker
from onestep.cli.bot import the_bot
from onestep.cli.web import run_web
from onestep.dialogue import Answer, Reply, Text, Texts, Turn
from onestep.dialogue_turn import Json
from onestep.services.app import Clock
from onestep.settings import Settings


class Naming(worker.Patient):
    """The bot, with an answer to each text that gives the text back."""

    async def turn(self, turn: Turn) -> Answer:
        """The bot's own answer, in other words. Raises DialogueError."""
        answer = await super().turn(turn)
        if not isinstance(turn.input, Texts):
            return answer
        return replace(answer, replies=tuple(map(_naming, turn.input.messages)))


def _naming(text: Text) -> Reply:
    whole: dict[str, Json] = {"ref": text.ref, "start": 0, "end": len(text.text)}
    return Reply("ask_how", {"quote": whole}, 0, None, ())


def run_part(name: str, settings: Settings, moved: timedelta) -> None:
    """Runs web or worker; its clock is `moved` to where people are written to."""
    # The service has no plug for these: they are put where it looks.
    vars(wiring)["shared_clock"] = lambda _: Clock(moved=moved)
    vars(worker)["Patient"] = Naming
    asyncio.run({"web": run_web, "worker": worker.run_worker}[name](settings))


@contextmanager
def part(name: str, settings: Settings, moved: timedelta) -> Iterator[None]:
    """One part in a process of its own."""
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=run_part, args=(name, settings, moved), daemon=True)
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join(10)


async def run(settings: Settings, moved: timedelta) -> None:
    """Everything, in the order of `onestep serve`."""
    with part("web", settings, moved):
        async with the_bot(settings):
            with part("worker", settings, moved):
                await asyncio.Event().wait()


def main() -> None:
    """Runs until it is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("settings", type=Path)
    parser.add_argument("moved", type=float, help="seconds that its clock is moved by")
    given = parser.parse_args()
    settings = Settings.model_validate_json(given.settings.read_text("utf-8"))
    asyncio.run(run(settings, timedelta(seconds=given.moved)))


if __name__ == "__main__":
    main()
