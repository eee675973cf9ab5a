"""The whole service of a test: its loops, its webhooks and its sends, in a thread or a process.

It runs as it does for real clients; only the bot is a script. What a provider of the tests has in
its ledger is the judge of what reached a phone.
"""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.types import ASGIApp

from onestep import wiring
from onestep.services.app import App, Clock
from onestep.services.close_channels import close_channels
from onestep.services.polling import pollers
from onestep.settings import Settings
from onestep.storage import clients
from onestep.storage.clients import NewTerms
from onestep.storage.database import Database
from onestep.storage.invites import agree_safe_contact
from onestep.storage.seal import write_keyring
from onestep.web.counts import Counts
from onestep.web.inside import inside
from onestep.web.pages import pages
from onestep.web.server import listen, serve
from onestep.worker import work
from tests.conftest import ROOT
from tests.services.world import A_WEDNESDAY

A_MONTH = timedelta(days=30)


def morning() -> Clock:
    """Half past ten on a Wednesday, whenever this runs: nobody is written to at night."""
    return Clock(moved=A_WEDNESDAY - datetime.now(UTC))


def built(settings: Settings, made, bot, *, clock=None, lull=wiring.no_lull) -> App:
    """The service on a database of its own, with its keys and its tables."""
    if not settings.keys.exists():
        write_keyring(settings.keys, made.keys)
    wiring.prepare(settings)
    content = made.content
    app = wiring.build(
        settings, bot, lull=lull, clock=clock or morning(), content=lambda _: content
    )
    return replace(app, drills=False)  # whose notice would lie among what is counted


@contextmanager
def serving(
    app: App, settings: Settings, *, before: Callable[[ASGIApp], ASGIApp] = lambda app: app
) -> Iterator[None]:
    """Runs it until the block ends; `before` stands before its webhooks."""
    ready, ending, loop = threading.Event(), asyncio.Event(), asyncio.new_event_loop()

    async def everything() -> None:
        counts = Counts()
        shown = before(pages(app, settings, wiring.ledger(settings.data), counts))
        with (
            closing(listen("127.0.0.1", settings.port, "ONESTEP_PORT")) as where,
            closing(listen("127.0.0.1", settings.metrics_port, "ONESTEP_METRICS_PORT")) as own,
        ):
            told = inside(app, counts, polled=wiring.polled(settings))
            jobs = [work(app), serve(shown, where), serve(told, own)]
            jobs += [each.run() for each in pollers(app, wiring.polled(settings))]
            tasks = [asyncio.create_task(job) for job in jobs]
            ready.set()
            await ending.wait()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await close_channels(app)

    thread = threading.Thread(target=loop.run_until_complete, args=(everything(),), daemon=True)
    thread.start()
    assert ready.wait(30)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join(40)
        loop.close()
        app.db.close()


@contextmanager
def child(given: dict[str, Any], *, hangs: bool) -> Iterator[subprocess.Popen]:
    """The service in a process of its own, killed at the end; a bot that `hangs` never answers."""
    job = json.dumps({"settings": given, "hangs": hangs})
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.channels.child", job],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.wait(20)
        process.stdin.close()
        process.stdout.close()


def add_client(
    db: Database, *, now: datetime, channel: str, phone: str, called: str = "Sam", **more: Any
) -> str:
    """Somebody who joined a month ago and is written to only when they ask; `more` are terms."""
    joined = now - A_MONTH
    terms = NewTerms(**{"discreet": False, "rhythm": "only_when_asked", **more})
    with db.write() as session:
        coach = clients.add_coach(session, name="Ana", now=joined)
        added = clients.add_client(
            session, called=called, coach_id=coach.id, terms=terms, now=joined,
            enrolment="enrolled",
        )  # fmt: skip
        agree_safe_contact(session, client_id=added.id, theirs_alone=True, now=joined)
        clients.add_address(session, client_id=added.id, channel=channel, value=phone, now=joined)
        return added.id
