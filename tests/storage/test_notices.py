"""Bells through PostgreSQL: heard wherever a process shares the database; silence is no fault."""

import asyncio
import logging
import queue
import threading
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import text

from onestep import worker
from onestep.services.app import Bells
from onestep.settings import Settings
from onestep.storage import notices
from onestep.storage.database import server_address
from onestep.storage.models import Inbox, Outbox
from onestep.storage.notices import Notices
from onestep.wiring import bells_of_the_database
from tests.channels.bot_api.running import wait_until

LONG = 5  # seconds, for whatever a busy machine may take
NEVER = 3600  # seconds between two looks of a loop: only a bell can have woken it

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("database", ["postgresql"], indirect=True),
]


@contextmanager
def listening(url):
    """Somebody who listens; gives the names of the bells that came."""
    came = queue.Queue()
    with Notices(server_address(url)).running(came.put):
        yield came


def wait_for_listeners(world, count):
    """Waits until so many connections have said something: LISTEN is the first they say."""
    there = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE application_name = 'onestep bells' AND query <> '' AND state = 'idle'"
    )

    def all_there():
        with world.app.db.read() as session:
            return session.scalar(text(there)) == count

    wait_until(all_there, LONG)


def test_others_hear_and_who_rang_does_not(world):
    """R7: everybody who shares the database but the one who rang: its own bells rang already."""
    mine = queue.Queue()
    own = Notices(server_address(world.url))
    with listening(world.url) as one, listening(world.url) as other, own.running(mine.put):
        wait_for_listeners(world, 3)
        own.ring("inbox")
        assert one.get(timeout=LONG) == other.get(timeout=LONG) == "inbox"
        with world.app.db.write() as session:
            session.execute(text("SELECT pg_notify('onestep_bells', 'last')"))
        assert mine.get(timeout=LONG) == "last"


def test_what_was_rung_before_the_server_was_reached_is_told(world):
    """A ring is never lost because the thread had not got there yet."""
    with listening(world.url) as came:
        wait_for_listeners(world, 1)
        early = Notices(server_address(world.url))
        early.ring("schedule")
        with early.running(None):
            assert came.get(timeout=LONG) == "schedule"


def test_a_message_taken_in_by_one_service_wakes_the_loops_of_another(new_world, monkeypatch):
    """R7: the loops look by themselves once an hour here, so only the bell can have woken them."""
    here = new_world("here")
    there = new_world("there", url=here.url)
    here.add()
    monkeypatch.setattr(worker, "POLL_SECONDS", NEVER)
    settings = {name: Settings(database=here.url, data=here.folder / name) for name in "ab"}
    done = threading.Event()

    async def work():
        with bells_of_the_database(settings["a"], there.app.bells, listens=True):
            working = asyncio.create_task(worker.work(there.app))
            await asyncio.to_thread(done.wait, LONG)
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)

    here.write("been better", go=False)
    thread = threading.Thread(target=there.run, args=(work(),))
    thread.start()
    try:
        wait_until(lambda: len(there.phone()) == 1, LONG)  # every loop has looked, and rests
        wait_for_listeners(here, 1)
        with listening(here.url) as came:
            wait_for_listeners(here, 2)
            with bells_of_the_database(settings["b"], here.app.bells, listens=False):
                here.write("and slept", go=False)
                wait_until(lambda: len(there.phone()) == 2, LONG)
    finally:
        done.set()
        thread.join(LONG)
    assert {row.state for row in here.rows(Inbox)} == {"done"}
    assert {row.state for row in here.rows(Outbox)} == {"sent"}
    heard = {came.get_nowait() for _ in range(came.qsize())}
    assert "inbox" in heard
    assert heard <= {"inbox", "outbox", "schedule", "spool"}  # the bell's name, and nothing else


def test_a_server_that_was_away_is_listened_to_again(world, postgres, monkeypatch, caplog):
    """While it is away a ring costs nothing; one line says so, and then all is as before."""
    monkeypatch.setattr(notices, "AGAIN_AFTER", 0.05)
    tries, connect = [], psycopg.connect

    def counted(*words, **options):
        tries.append(1)
        return connect(*words, **options)

    own = Notices(server_address(world.url))
    with listening(world.url) as came, own.running(None):
        wait_for_listeners(world, 1)
        monkeypatch.setattr(psycopg, "connect", counted)
        postgres.stop()
        try:
            own.ring("outbox")
            wait_until(lambda: len(tries) >= 6, LONG)
        finally:
            postgres.start()
        wait_until(lambda: own.ring("inbox") or not came.empty(), LONG)
    said = [line for line in caplog.records if line.name == notices.__name__]
    assert [line.levelno for line in said] == [logging.WARNING] * 2  # once for each of the two
    assert "postgres" not in caplog.text.replace("psycopg", "")  # nor the server nor the account


def test_a_server_nobody_can_reach_does_no_harm(world, tmp_path, caplog):
    """A wrong address is said once; whoever rings does not notice, and the end comes at once."""
    nowhere = Settings(database=f"postgresql://nobody@/none?host={tmp_path}", data=tmp_path)
    bells = Bells()
    with bells_of_the_database(nowhere, bells, listens=True):
        for _ in range(10_000):
            bells.ring("inbox")
        wait_until(lambda: caplog.records, LONG)
    assert "OperationalError" in caplog.text
    assert str(tmp_path) not in caplog.text
    assert "bells" not in {thread.name for thread in threading.enumerate()}
