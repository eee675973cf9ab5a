"""`onestep serve`: web, worker and bot in one process tree; what ends one of them ends all.

Each part has a process of its own, because one Python lets only one thread run at a time: a turn
would hold up the answer to a webhook. See docs/decisions/0060.
"""

import asyncio
import multiprocessing
import os
import signal
import sys
from multiprocessing.context import SpawnProcess
from zoneinfo import ZoneInfo

import httpx

from onestep import wiring
from onestep.cli import say
from onestep.cli.bot import the_bot
from onestep.cli.errors import PartEnded
from onestep.cli.until_told import until_told
from onestep.cli.upkeep import check_all, check_rota, nobody_leads
from onestep.settings import Settings

END_WITHIN = 10.0  # seconds between TERM and KILL
LOOK_EVERY = 0.1
GIVES_WAY = 5  # by so much the worker is nicer than the web part; decision 0071
DEMO_ZONE = ZoneInfo("Europe/London")


async def serve_all(settings: Settings) -> None:
    """Runs everything until it is told to end. Raises PartEnded, and what a start raises."""
    if settings.demo:
        wiring.prepare(settings)
        wiring.shared_clock(settings).out_of_the_night(DEMO_ZONE)
    check_all(settings)
    check_rota(settings)
    # What comes in while the bot loads is kept already.
    await until_told(_part("web", settings), _bot_and_worker(settings))


async def _bot_and_worker(settings: Settings) -> None:
    """The bot first and last: a worker that finds none would tell clients so."""
    async with the_bot(settings):
        announcing = asyncio.create_task(_announce(settings))
        try:
            await _part("worker", settings)
        finally:
            announcing.cancel()


async def _announce(settings: Settings) -> None:
    """Says where we are, once the pages are there."""
    address = f"http://{settings.host}:{settings.port}"
    async with httpx.AsyncClient(trust_env=False) as client:
        while not await _answers(client, f"{address}/healthz"):  # noqa: ASYNC110  # no event tells
            await asyncio.sleep(LOOK_EVERY)
    if settings.demo:
        say.console.print(f"[bold]Onestep[/] is at {address}/demo: pick up a client's phone.")
        say.console.print(f"What a coach sees is at {address}/")
        say.console.print("This is the demo: made-up people, and nothing leaves this machine.")
    else:
        say.console.print(f"[bold]Onestep[/] is at {address}")
        for line in nobody_leads(settings):
            say.console.print(line, markup=False)


async def _answers(client: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await client.get(address)).is_success
    except httpx.TransportError:
        return False


async def _part(name: str, settings: Settings) -> None:
    """Runs one part in a process of its own. Raises PartEnded when it ends by itself."""
    context = multiprocessing.get_context("spawn")
    # The settings go through a pipe: no secret is in an environment or a command line.
    process = context.Process(target=_run_part, args=(name, settings), name=name, daemon=True)
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    _start_deaf(process)
    loop.add_reader(process.sentinel, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(process.sentinel)
        await asyncio.shield(_end(process))
    raise PartEnded(f"The {name} part has ended by itself, so everything was stopped.")


def _start_deaf(process: SpawnProcess) -> None:
    """Starts a process that never hears Ctrl-C: the terminal tells all, and we tell it TERM."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


async def _end(process: SpawnProcess) -> None:
    process.terminate()
    await asyncio.to_thread(process.join, END_WITHIN)
    if process.is_alive():
        process.kill()
        await asyncio.to_thread(process.join)


def give_way(name: str) -> None:
    """Lets a provider who waits for an answer go before the worker, where both want a core."""
    if name == "worker":
        os.nice(GIVES_WAY)


def _run_part(name: str, settings: Settings) -> None:
    from onestep.cli.web import run_web
    from onestep.cli.worker import run_worker

    give_way(name)
    run = {"web": run_web, "worker": run_worker}[name]
    try:
        asyncio.run(run(settings))
    except say.known_errors() as error:
        say.error(error)
        sys.exit(1)
