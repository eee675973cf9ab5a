"""`onestep serve`: web, worker and bot in one process tree."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import uvicorn

from onestep import wiring
from onestep.bot_process import BotPlace, BotProcess
from onestep.cli.say import console
from onestep.cli.upkeep import check_all
from onestep.dialogue import BotWouldNotStart, Dialogue
from onestep.services.app import App, Clock
from onestep.services.made_up import add_stories
from onestep.settings import ROOT, Settings
from onestep.storage.models import Client
from onestep.web.pages import pages
from onestep.worker import work


async def serve_all(settings: Settings) -> None:
    """Runs everything until it is told to stop; what stops it first stops the rest."""
    if settings.demo:
        wiring.prepare(settings)
    check_all(settings)
    async with bot(settings) as asker:
        clock = Clock()
        if settings.demo:
            clock.out_of_the_night(ZoneInfo("Europe/London"))
        app = wiring.build(settings, asker, clock=clock)
        if settings.demo:
            await asyncio.to_thread(_tell_stories, app)
        console.print(f"[bold]Onestep[/] is at http://{settings.host}:{settings.port}/demo")
        if settings.demo:
            console.print("This is the demo: made-up people, and nothing leaves this machine.")
        await _run(settings, app)


async def _run(settings: Settings, app: App) -> None:
    server = uvicorn.Server(
        uvicorn.Config(
            pages(app, settings, wiring.ledger(settings.data)),
            host=settings.host,
            port=settings.port,
            log_level="warning",
            access_log=False,
        )
    )
    working = asyncio.create_task(work(app))
    serving = asyncio.create_task(server.serve())
    done, _ = await asyncio.wait({working, serving}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(working, serving)
    for task in done:
        if not task.cancelled() and (fault := task.exception()):
            raise fault


@contextlib.asynccontextmanager
async def bot(settings: Settings) -> AsyncIterator[Dialogue]:
    """One sealed bot process, kept running, and the way to ask it.

    Raises BotWouldNotStart.
    """
    with tempfile.TemporaryDirectory(prefix="onestep-") as folder:
        place = bot_place(settings, Path(folder))
        process = BotProcess(place)
        await process.start()
        keeping = asyncio.create_task(process.keep_running())
        asker = Dialogue(place.socket)
        try:
            yield asker
        finally:
            keeping.cancel()
            await asker.close()
            await process.stop()


def bot_place(settings: Settings, folder: Path) -> BotPlace:
    """Where the bot is, with its socket in `folder`. Raises BotWouldNotStart when it is not."""
    place = replace(BotPlace.usual(ROOT, folder), python=settings.bot_python)
    for needed in (place.python, place.model):
        if not needed.exists():
            raise BotWouldNotStart(f"The bot is not set up (no {needed}): run `make setup`.")
    return place


def _tell_stories(app: App) -> None:
    with app.db.read() as session:
        if session.query(Client).first() is not None:
            return
    add_stories(app)
