"""The queues: a client's rows in order, one worker each, late writers turned away."""

import multiprocessing
import time
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from onestep.storage import inbox, outbox, talk
from onestep.storage.database import Database
from onestep.storage.errors import LeaseLost
from onestep.storage.models import Address, Inbox, Message, Outbox
from tests.databases import both_databases
from tests.services.world import A_WEDNESDAY as NOW

A_SECOND = timedelta(seconds=1)
pytestmark = both_databases


def put(world, client, kind="text", *, due=NOW, **body):
    """One row at the end of a client's queue; returns its id."""
    with world.app.db.write() as session:
        row = inbox.put(session, client_id=client, kind=kind, now=NOW, due_at=due, body=body)
        return row.id


def claim(world, *, now=NOW, lease=30.0):
    """What a worker would take now."""
    with world.app.db.write() as session:
        return inbox.claim(session, now=now, lease_seconds=lease)


def finish(world, held):
    """The worker has done it."""
    with world.app.db.write() as session:
        inbox.finish(session, held)


def expire(world, model):
    """Every lease of a table runs out."""
    with world.app.db.write() as session:
        session.execute(update(model).values(lease_until=0.0))


def ids(held):
    """The ids of what was claimed."""
    return [row.id for row in held.rows] if held else None


def test_texts_go_together_up_to_the_next_other_thing(world):
    """Texts that wait are one stretch; a command, choice or event is a stretch of its own."""
    sam = world.add()
    kinds = ("text", "text", "choice", "text", "event", "command", "text")
    rows = [put(world, sam, kind, command="less") for kind in kinds]
    stretches = []
    while held := claim(world):
        stretches.append(ids(held))
        finish(world, held)
    assert stretches == [rows[:2], rows[2:3], rows[3:4], rows[4:5], rows[5:6], rows[6:]]


def test_one_worker_serves_a_client(world):
    """While one stretch of a client is held no other is given out; other clients' are."""
    sam, dee = world.add(), world.add("Dee", phone="1002")
    first, second = put(world, sam), put(world, sam, "choice")
    other = put(world, dee)
    held = claim(world)
    assert ids(held) == [first]
    assert ids(claim(world)) == [other]
    assert claim(world) is None
    finish(world, held)
    assert ids(claim(world)) == [second]


def test_nothing_passes_the_head_of_the_queue(world):
    """A row that is due does not pass an earlier one of the same client that is not."""
    sam = world.add()
    first = put(world, sam, due=NOW + A_SECOND)
    put(world, sam, "event")
    assert claim(world) is None
    assert ids(claim(world, now=NOW + A_SECOND)) == [first]


@pytest.mark.parametrize(
    ("word", "passes"),
    [
        *((word, True) for word in ("stop", "pause", "coach", "help", "resume")),
        *((word, False) for word in ("start", "less")),
    ],
)
def test_what_passes_a_row_set_aside(world, word, passes):
    """Behind a row that waits for the bot only the words that need no bot go ahead."""
    sam = world.add()
    put(world, sam)
    held = claim(world)
    with world.app.db.write() as session:
        inbox.put_back(session, held, due_at=NOW + A_SECOND, note="told")
    behind = put(world, sam, "command", command=word)
    assert ids(claim(world)) == ([behind] if passes else None)


def test_what_passed_is_a_turn_like_any_other(world):
    """While a word that passed is being handled, the row that was set aside is not taken."""
    sam = world.add()
    put(world, sam)
    held = claim(world)
    with world.app.db.write() as session:
        inbox.put_back(session, held, due_at=NOW + A_SECOND, note="told")
    word = put(world, sam, "command", command="stop")
    assert ids(claim(world)) == [word]
    assert claim(world, now=NOW + A_SECOND) is None


def test_a_lease_that_ran_out_is_taken_over_and_the_late_writer_turned_away(world):
    """After the lease another worker has the row; what the first then writes is refused."""
    sam = world.add()
    row = put(world, sam)
    late = claim(world)
    assert claim(world) is None
    expire(world, Inbox)
    after = claim(world)
    assert ids(after) == [row]
    assert after.turn_id == late.turn_id
    for act in (
        lambda session: inbox.finish(session, late),
        lambda session: inbox.put_back(session, late, due_at=NOW, note="told"),
    ):
        with pytest.raises(LeaseLost), world.app.db.write() as session:
            act(session)
    finish(world, after)
    with pytest.raises(LeaseLost), world.app.db.write() as session:
        inbox.finish(session, late)


def test_leases_have_the_databases_clock(world):
    """A lease ends by the database's clock; service time moved by years changes nothing."""
    sam = world.add()
    row = put(world, sam)
    claim(world, lease=0.3)
    assert claim(world, now=NOW + timedelta(days=3650)) is None
    time.sleep(0.4)
    assert ids(claim(world)) == [row]


def test_the_note_is_kept_when_a_row_goes_back(world):
    """That the client was told is remembered with the row."""
    sam = world.add()
    row = put(world, sam, "choice", key="a")
    held = claim(world)
    with world.app.db.write() as session:
        inbox.put_back(session, held, due_at=NOW, note="told")
    (kept,) = world.rows(Inbox, id=row)
    assert kept.body == {"key": "a", "told": True}
    assert claim(world).rows[0].attempts == 2


def send(world, client, *, kind="reply", lane="ordinary", **more):
    """One message in the outbox; returns its id."""
    with world.app.db.write() as session:
        address = world.rows(Address, client_id=client)[0]
        message = talk.add_message(
            session, text="x", direction="out", channel="telegram", kind=kind, at=NOW,
            zone="UTC", client_id=client, address_id=address.id,
        )  # fmt: skip
        id = outbox.queue(
            session, client_id=client, address_id=address.id, message_id=message.id, kind=kind,
            now=NOW, lane=lane,
        )  # fmt: skip
        row = session.scalars(select(Outbox).where(Outbox.id == id)).one()
        for name, value in more.items():
            setattr(row, name, value)
        return id


def take(world, *, lane="ordinary", now=NOW, lease=30.0):
    """What a sender would take now."""
    with world.app.db.write() as session:
        outbox.settle_expired(session)
        return outbox.claim(session, now=now, lease_seconds=lease, lane=lane)


def settle(world, held, **values):
    """The sender records what became of it."""
    with world.app.db.write() as session:
        outbox.settle(session, held, **values)


def test_a_clients_messages_go_in_order(world):
    """The second waits until the first is settled, also while the first waits to be retried."""
    sam, dee = world.add(), world.add("Dee", phone="1002")
    first, second, other = send(world, sam), send(world, sam), send(world, dee)
    held = take(world)
    assert held.row.id == first
    assert take(world).row.id == other
    assert take(world) is None
    settle(world, held, state="ready", due_at=NOW + A_SECOND)
    assert take(world) is None
    settle(world, take(world, now=NOW + A_SECOND), state="sent")
    assert take(world, now=NOW + A_SECOND).row.id == second


def test_what_waits_for_the_morning_holds_nothing_up(world):
    """A message held for quiet hours is passed by the answer to a fresh one."""
    sam = world.add()
    send(world, sam, due_at=NOW + A_SECOND, reason=outbox.HELD)
    fresh = send(world, sam)
    assert take(world).row.id == fresh


def test_alerts_have_their_own_lane(world):
    """A fixed reply waits for no ordinary message."""
    sam = world.add()
    send(world, sam)
    take(world)
    urgent = send(world, sam, kind="concern_reply", lane="alert")
    assert take(world, lane="alert").row.id == urgent


def test_danger_does_not_queue_behind_what_is_tried_again(world):
    """In the alert lane a message that waits for its next try holds up no other."""
    sam = world.add()
    send(world, sam, kind="concern_reply", lane="alert", due_at=NOW + A_SECOND)
    urgent = send(world, sam, kind="concern_reply", lane="alert")
    assert take(world, lane="alert").row.id == urgent


def test_a_sender_that_died(world):
    """Its message is uncertain and not sent again; an alert goes again (R5)."""
    sam = world.add()
    ordinary = send(world, sam)
    urgent = send(world, sam, kind="concern_reply", lane="alert")
    late = [take(world), take(world, lane="alert")]
    expire(world, Outbox)
    assert take(world) is None
    assert take(world, lane="alert").row.id == urgent
    assert world.rows(Outbox, id=ordinary)[0].state == "uncertain"
    for held in late:
        with pytest.raises(LeaseLost):
            settle(world, held, state="sent")


def work(url, keys, name, out):
    """A worker process: takes whatever it can get, holds it a moment, finishes it."""
    db = Database(url, keys)
    done = []
    idle = time.monotonic()
    while time.monotonic() - idle < 1.0:
        with db.write() as session:
            held = inbox.claim(session, now=NOW, lease_seconds=30)
        if held is None:
            time.sleep(0.005)
            continue
        idle = began = time.monotonic()
        time.sleep(0.002)
        ended = time.monotonic()
        with db.write() as session:
            inbox.finish(session, held)
        done.append((held.client_id, ids(held), began, ended))
    out.put((name, done))


@pytest.mark.slow
def test_two_processes_share_one_queue(world, long):
    """Each stretch is taken once, a client's never by two at a time, and in order."""
    clients = [world.add(str(number), phone=str(number)) for number in range(4)]
    rows = {client: [] for client in clients}
    for _ in range(40 if long else 12):
        for client in clients:
            rows[client].append(put(world, client, "choice"))
    context = multiprocessing.get_context("spawn")
    out = context.Queue()
    workers = [
        context.Process(target=work, args=(world.url, world.made.keys, number, out))
        for number in range(2)
    ]
    for worker in workers:
        worker.start()
    found = [entry for _ in workers for entry in out.get(timeout=120)[1]]
    for worker in workers:
        worker.join()
    for client in clients:
        mine = sorted((entry for entry in found if entry[0] == client), key=lambda e: e[2])
        assert [id for entry in mine for id in entry[1]] == rows[client]
        assert all(one[3] <= other[2] for one, other in pairwise(mine))


def test_a_client_is_not_claimed_by_what_it_already_said(world):
    """Rows that are done are never taken again, whatever happens to their leases."""
    sam = world.add()
    put(world, sam)
    finish(world, claim(world))
    expire(world, Inbox)
    assert claim(world) is None
    with world.app.db.read() as session:
        assert session.scalars(select(Message)).all() == []
