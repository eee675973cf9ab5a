"""Many writers at once: a client's rows are committed in order, and nobody else has to wait."""

import threading
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from channels.base import DeliveryReport, Receipt
from onestep.services import delivery_report as reports
from onestep.services.converse import converse
from onestep.services.deliver import deliver
from onestep.services.due import run_due
from onestep.storage import database as opening
from onestep.storage import holds, inbox
from onestep.storage.alone import alone_at, alone_with
from onestep.storage.database import DATABASE_AWAY, Database
from onestep.storage.models import Inbox, Outbox
from tests.channels.bot_api.running import wait_until
from tests.databases import both_databases
from tests.services.network import put
from tests.services.world import A_WEDNESDAY as NOW

pytestmark = pytest.mark.slow

MOMENT = 0.4  # seconds in which somebody who does not wait would be done
LONG = 30


@contextmanager
def beside(work):
    """Does some work in a thread of its own; the event is set when it is done."""
    done = threading.Event()

    def run():
        work()
        done.set()

    thread = threading.Thread(target=run)
    thread.start()
    yield done
    thread.join(LONG)
    assert done.is_set()


def queue(world, client):
    """One row at the end of a client's queue."""
    with world.app.db.write() as session:
        inbox.put(session, client_id=client, kind="choice", now=NOW, due_at=NOW)


def numbers(world, client):
    """What anybody sees of a client's queue now."""
    with world.app.db.read() as session:
        return list(session.scalars(select(Inbox.seq).where(Inbox.client_id == client)))


@both_databases
def test_a_clients_rows_are_committed_in_the_order_of_their_numbers(world):
    """R2: a later row is not to be seen while an earlier one of the same client is not."""
    sam = world.add()
    with world.app.db.write() as session:
        inbox.put(session, client_id=sam, kind="choice", now=NOW, due_at=NOW)
        with beside(lambda: queue(world, sam)) as done:
            assert not done.wait(MOMENT)
            assert numbers(world, sam) == []
            session.commit()
    assert numbers(world, sam) == sorted(numbers(world, sam))
    assert len(numbers(world, sam)) == 2


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_another_clients_queue_waits_for_nobody(world):
    """Clients run side by side: one who is being written for delays no other."""
    sam, dee = world.add(), world.add("Dee", phone="1002")
    queue(world, dee)
    with world.app.db.write() as session:
        inbox.put(session, client_id=sam, kind="choice", now=NOW, due_at=NOW)
        with beside(lambda: queue(world, dee)) as done:
            assert done.wait(LONG)
        with world.app.db.write() as other:
            assert inbox.claim(other, now=NOW, lease_seconds=30).client_id == dee


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_client_who_is_being_written_for_is_passed(world):
    """A worker does not wait for a client whom somebody holds: it takes another, or none."""
    sam = world.add()
    queue(world, sam)
    with world.app.db.write() as session:
        assert inbox.claim(session, now=NOW, lease_seconds=30).client_id == sam
        with world.app.db.write() as other:
            assert inbox.claim(other, now=NOW, lease_seconds=30) is None


@both_databases
def test_many_workers_queue_a_check_in_once(world):
    """What falls due is queued once, however many look at the same moment."""
    for number in range(8):
        world.add(str(number), phone=str(number), rhythm="every_n_days", every_days=1)
    world.wait(days=2, go=False)
    run_due(world.app)
    world.wait(days=1, go=False)
    barrier = threading.Barrier(4)

    def look():
        barrier.wait()
        run_due(world.app)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    queued = [row.body["check_in_id"] for row in world.rows(Inbox, kind="event")]
    assert len(queued) == len(set(queued)) == 8


@both_databases
def test_a_channel_is_held_once_by_many(world):
    """One hold and one alarm, however many sends meet the same wall at once."""
    barrier, new = threading.Barrier(6), []

    def meet():
        barrier.wait()
        with world.app.db.write() as session:
            new.append(holds.put(session, "telegram", now=NOW))

    threads = [threading.Thread(target=meet) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    assert sorted(new) == [False] * 5 + [True]


@both_databases
def test_a_report_that_comes_while_the_send_is_recorded_is_not_lost(world, monkeypatch):
    """Told at the very moment the receipt is recorded, before either is to be seen: it counts."""
    world.add()
    world.write("been better", go=False)
    world.run(converse(world.app))
    looked, recorded = threading.Event(), threading.Event()
    about = reports._about

    def found_nothing(session, report):
        row = about(session, report)
        looked.set()
        recorded.wait(MOMENT)
        return row

    async def send(message):
        threading.Thread(target=tell).start()
        looked.wait(LONG)
        return Receipt("receipt")

    def tell():
        reports.delivery_report(world.app, DeliveryReport("telegram", "receipt", "delivered"))

    monkeypatch.setattr(reports, "_about", found_nothing)
    monkeypatch.setattr(put(world), "send", send)
    world.run(deliver(world.app))
    recorded.set()
    wait_until(lambda: [row.state for row in world.rows(Outbox)] == ["delivered"], LONG)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_stands_still_inside_a_transaction_holds_nobody_up_for_long(new_world, monkeypatch):
    """T4: a worker stopped between two statements loses what it held; danger does not wait."""
    usual = opening.STILL_MS
    monkeypatch.setattr(opening, "STILL_MS", 500)
    world = new_world()
    world.add()

    def stand_still():
        with world.app.db.write() as stopped:
            # For the others, whom a busy machine may hold up longer than that, as ever.
            monkeypatch.setattr(opening, "STILL_MS", usual)
            alone_at(stopped, "pace", "telegram")
            with beside(lambda: world.write("I want to kill myself")) as done:
                assert done.wait(LONG)
            stopped.execute(select(Inbox.seq))

    with pytest.raises(DATABASE_AWAY):
        stand_still()
    assert len(world.phone()) == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_waits_too_long_finds_the_database_away(world):
    """A message is parked and answered, however long somebody else holds its client."""
    sam, ours = world.add(), world.app.db
    url = ours.engine.url.render_as_string(hide_password=False)
    other = Database(url, ours.keyring, busy_ms=200)
    with ours.write() as session:
        alone_with(session, sam)
        with pytest.raises(DATABASE_AWAY), other.write() as waiting:
            alone_with(waiting, sam)
    other.close()
