"""Killed with messages in the spool: none is lost or doubled, danger is answered."""

import shutil
import signal

import pytest
from sqlalchemy import update

from onestep.storage.models import Alert, Inbox, Message, Outbox
from onestep.storage.seal import write_keyring
from tests.faults.child import POINTS, SPOOL_POINTS

TEXTS = ["been ok", "I want to kill myself", "still here"]
ON_CALL = "07700900100"


def prepared(new_world, name):
    """A service with one client, closed; and what is to happen to it."""
    world = new_world(name)
    world.add()
    world.reach("Ana", "07700900200")  # who is told once the database is back
    write_keyring(world.folder / "keys.json", world.made.keys)
    world.close()
    contact = f"sms:{ON_CALL}"
    return world.folder, {"folder": str(world.folder), "texts": TEXTS, "contact": contact}


def reopened(new_world, folder, job):
    """The service started again; the provider brings again whatever it was not answered for."""
    world = new_world(folder.name, emergency_contact=job["contact"])
    for number, text in enumerate(TEXTS):
        world.write(text, id=f"w{number}", go=False)
    with world.app.db.write() as session:
        session.execute(update(Inbox).values(lease_until=0.0))
        session.execute(update(Outbox).values(lease_until=0.0))
    world.go()
    return world


@pytest.mark.slow
def test_killed_at_every_point(new_world, workers, long):
    """For each point of parking, answering and taking in: all once, in order, when restarted."""
    folder, job = prepared(new_world, "whole")
    job = {**job, "away": True}
    kept = shutil.copytree(folder, folder.with_name("before"))
    whole = workers.run(**job)
    assert whole["status"] == 0
    reached = {point: whole["reached"].get(point, 0) for point in (*SPOOL_POINTS, *POINTS)}
    assert (reached["parked"], reached["removed"]) == (3, 3)
    deaths = [(point, nth) for point in reached for nth in range(1, reached[point] + 1)]
    spool = [death for death in deaths if death[0] in SPOOL_POINTS]
    others = [death for death in deaths if death not in spool]
    for point, nth in deaths if long else [*spool, *others[::8]]:
        folder = shutil.copytree(kept, kept.with_name(f"{point}-{nth}"))
        died = workers.run(**{**job, "folder": str(folder)}, point=point, nth=nth)
        assert died["status"] == -signal.SIGKILL, (point, nth)
        check(reopened(new_world, folder, job), (point, nth))


def check(world, death):
    """The client's words are kept once and in order; the networks' ledger says what was sent."""
    (client,) = {message.client_id for message in world.rows(Message, direction="in")}
    assert world.kept(client) == TEXTS, death
    replies = [shown for shown in world.phone() if "116 123" in shown.text]
    notices = world.phone(ON_CALL, "sms")
    between = death[0] in ("send_after", "commit", "committed")  # sent, and not noted yet
    assert 1 <= len(replies) <= 1 + between, death
    assert 1 <= len(notices) <= 1 + between, death
    assert not world.app.spool.holds_any(), death
    assert len(world.rows(Alert)) == 1, death
    world.check_everything_is_covered()
    world.close()
