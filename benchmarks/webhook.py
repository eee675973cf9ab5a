"""`python -m benchmarks.webhook`: how long a provider waits for us while conversations go on.

Telegram's own updates, signed, 100 a second from 200 clients, into the service as it is started by
`onestep serve`, with a screen of ten milliseconds, or our own; eight more clients talk with the
real bot meanwhile. A post is timed from the moment at which it was due.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from benchmarks.errors import BenchError, WouldNotStart, WrongAnswer
from benchmarks.lines import ANY_ANSWER, UNASKED
from benchmarks.page_parts import put
from benchmarks.places import require_setup
from benchmarks.posting import Poster, update
from benchmarks.servers import free_port
from benchmarks.talkers import talkers
from benchmarks.webhook_page import SAYS, Found, Run, figures_of, section, told
from benchmarks.webhook_parts import run_part
from onestep import wiring
from onestep.cli.bot import the_bot
from onestep.settings import ROOT, Settings
from onestep.storage import clients
from onestep.storage.clients import NewTerms
from onestep.storage.database import Database
from onestep.storage.invites import agree_safe_contact
from onestep.storage.seal import new_keyring, write_keyring

PAGE = ROOT / "docs" / "benchmarks.md"
PER_SECOND, WRITERS, TALKERS = 100, 200, 8
WARM_UP = 5.0  # seconds, not counted
TARGET = 50.0  # milliseconds, p99
TICKS = os.sysconf("SC_CLK_TCK")
FIRST = 5_000_000  # the number of the first chat


def settings_in(folder: Path) -> Settings:
    """A service that is no demo, with nothing of this machine's own settings."""
    data = folder / "service"
    made = Settings.made_up(data=data, database=None, key_file=None, spool=None)
    return made.model_copy(
        update={"demo": False, "port": free_port(), "metrics_port": free_port()}
    )


def make(settings: Settings) -> None:
    """The database, with everybody who writes."""
    wiring.prepare(settings)
    write_keyring(settings.keys, keys := new_keyring())
    db, now = Database(settings.database_url, keys), datetime.now(UTC)
    with db.write() as session:
        coach = clients.add_coach(session, name="Ana", now=now, role="lead").id
        for number in range(WRITERS + TALKERS):
            client = clients.add_client(
                session,
                called="Sam",
                coach_id=coach,
                terms=NewTerms(rhythm="only_when_asked", discreet=False),
                now=now - timedelta(days=30),
                enrolment="enrolled",
            )
            agree_safe_contact(
                session, client_id=client.id, theirs_alone=True, now=now - timedelta(days=30)
            )
            clients.add_address(
                session,
                client_id=client.id,
                channel="telegram",
                value=str(FIRST + number),
                now=now,
            )
    db.close()


@contextmanager
def parts(settings: Settings, screen: str) -> Iterator[dict[str, int]]:
    """Web and worker, each in its process, by day; gives the number of each process."""
    now = datetime.now(UTC)
    moved = now.replace(hour=10, minute=30) + timedelta(days=1) - now
    spawn = multiprocessing.get_context("spawn")
    running = [
        spawn.Process(
            target=run_part, args=(name, settings, screen, moved), daemon=True, name=name
        )
        for name in ("web", "worker")
    ]
    for process in running:
        process.start()
    try:
        yield {process.name: process.pid or 0 for process in running}
    finally:
        for process in running:
            process.terminate()
            process.join(10)
            process.kill()


async def measure(seconds: float, screen: str) -> Found:
    """One run."""
    found = Found(load=(os.getloadavg()[0], 0.0))
    with tempfile.TemporaryDirectory(prefix="onestep-bench-") as name:
        settings = settings_in(Path(name))
        await asyncio.to_thread(make, settings)
        async with the_bot(settings):
            with parts(settings, screen) as processes:
                await _answering(settings)
                before, began = _cpu(processes), time.monotonic()
                await _run(settings, seconds, found)
                took = time.monotonic() - began
                after = _cpu(processes)
                found.cores = {name: (after[name] - before[name]) / took for name in before}
    found.load = (found.load[0], os.getloadavg()[0])
    return found


def _cpu(processes: dict[str, int]) -> dict[str, float]:
    """Seconds of a core that each has used, where /proc tells."""
    return {
        name: sum(map(int, stat.read_text().rsplit(")", 1)[1].split()[11:13])) / TICKS
        for name, pid in processes.items()
        if (stat := Path(f"/proc/{pid}/stat")).exists()
    }


async def _answering(settings: Settings) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(300):
            try:
                await client.get(f"http://{settings.host}:{settings.port}/healthz")
            except httpx.TransportError:
                await asyncio.sleep(0.1)
            else:
                return
    raise WouldNotStart("The web part did not come up.")


async def _run(settings: Settings, seconds: float, found: Found) -> None:
    poster = Poster(settings.host, settings.port, "/webhooks/telegram")
    await poster.open()
    dice = random.Random(1)  # noqa: S311  a made-up client, no secret
    bodies = [
        update(FIRST + number % WRITERS, dice.choice((*UNASKED, *ANY_ANSWER)))
        for number in range(int(PER_SECOND * (WARM_UP + seconds)))
    ]
    chats = [FIRST + WRITERS + number for number in range(TALKERS)]
    wiring.settle()  # whoever times others must not stop to look through its own memory
    with talkers(settings, chats) as replies:
        await poster.steadily(bodies, per_second=PER_SECOND)
        found.replies = replies()
    await poster.close()
    found.posts = poster.seconds[int(PER_SECOND * WARM_UP) :]
    if poster.refused:
        raise WrongAnswer(f"{poster.refused} posts were not answered with 200.")


def main() -> int:
    """Measure, tell, and print one line of JSON last; 0 also when the target was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.webhook", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--screen", choices=list(SAYS), action="append")
    parser.add_argument("--write", action="store_true", help="also into docs/benchmarks.md")
    given = parser.parse_args()
    figures: dict[str, Run] = {}
    try:
        require_setup()
        for screen in given.screen or SAYS:
            found = asyncio.run(measure(given.seconds, screen))
            print(told(found, screen, per_second=PER_SECOND, limit=TARGET), flush=True)
            figures[screen] = figures_of(found)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    if given.write:
        on = datetime.now(UTC).date()
        put(PAGE, "webhook", section(figures, on=on, per_second=PER_SECOND, limit=TARGET))
    print(json.dumps({screen: round(run.p99, 1) for screen, run in figures.items()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
