"""`onestep bot`: one sealed bot process, kept running."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from onestep.bot_process import BotPlace, BotProcess
from onestep.cli.until_told import until_told
from onestep.dialogue import BotWouldNotStart, Dialogue
from onestep.settings import ROOT, Settings


async def run_bot(settings: Settings) -> None:
    """Keeps the bot running until told to end. Raises BotWouldNotStart."""
    await until_told(_keep(settings))


async def _keep(settings: Settings) -> None:
    async with the_bot(settings):
        await asyncio.Event().wait()


@contextlib.asynccontextmanager
async def the_bot(settings: Settings) -> AsyncIterator[None]:
    """The bot of this installation, kept running. Raises BotWouldNotStart."""
    settings.run_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    async with _kept(bot_place(settings, settings.run_folder)):
        yield


@contextlib.asynccontextmanager
async def bot(settings: Settings) -> AsyncIterator[Dialogue]:
    """A bot of one's own, kept running, and the way to ask it: for the terminal and for tests.

    Raises BotWouldNotStart.
    """
    with tempfile.TemporaryDirectory(prefix="onestep-") as folder:
        place = bot_place(settings, Path(folder))
        async with _kept(place), Dialogue(place.socket) as asker:
            yield asker


@contextlib.asynccontextmanager
async def _kept(place: BotPlace) -> AsyncIterator[None]:
    process = BotProcess(place)
    try:
        await process.start()
        keeping = asyncio.create_task(process.keep_running())
        try:
            yield
        finally:
            keeping.cancel()
    finally:
        await process.stop()  # also one that was still starting


def bot_place(settings: Settings, folder: Path) -> BotPlace:
    """Where the bot is, its socket to be made in `folder`. Raises BotWouldNotStart."""
    place = replace(BotPlace.usual(ROOT, folder), python=settings.bot_python)
    for needed in (place.python, place.model):
        if not needed.exists():
            raise BotWouldNotStart(f"The bot is not set up (no {needed}): run `make setup`.")
    return place
