"""Acceptance 4: killed between saying that it was taken and the reply, with five queued."""

import json
import subprocess
import sys
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from onestep import wiring
from onestep.services.app import Clock
from onestep.storage import sealed
from onestep.storage.database import Database
from onestep.storage.models import Entry, Inbox, Message, Outbox
from onestep.storage.seal import write_keyring
from tests.channels.telegram.whole import Whole, settings_for
from tests.conftest import ROOT
from tests.services.world import A_WEDNESDAY

LEASE = 3.0  # seconds until another may take over what the dead one held
FIVE = [f"number {count}" for count in range(5)]


@contextmanager
def child(network, folder, mode, *, hangs):
    """The service in a process of its own."""
    job = {"url": network.url, "folder": str(folder), "mode": mode, "hangs": hangs, "lease": LEASE}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.channels.telegram.child", json.dumps(job)],
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


@pytest.fixture
def beside(network, made, tmp_path):
    """What the test itself reads and adds, beside the process."""
    settings = settings_for(network, tmp_path, "polling")
    settings.data.mkdir()
    write_keyring(settings.keys, made.keys)
    wiring.prepare(settings)
    app = SimpleNamespace(
        db=Database(settings.database_url, made.keys), clock=Clock(fixed=A_WEDNESDAY)
    )
    yield Whole(network, settings, app, None)
    app.db.close()


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["polling", "webhook"])
def test_killed_with_five_queued(network, beside, tmp_path, mode):
    """Each is kept once and covered by exactly one reply, in order."""
    hand = beside.client()
    with child(network, tmp_path, mode, hangs=True):
        for text in FIVE:
            hand.type(text)
        beside.eventually(lambda: beside.said_by() == FIVE)
        beside.eventually(lambda: network.look()["waiting"] == [])
        beside.eventually(lambda: any(row.attempts for row in beside.all_of(Inbox)))
    assert hand.texts == []
    with child(network, tmp_path, mode, hangs=False):
        beside.eventually(lambda: all(row.state == "done" for row in beside.all_of(Inbox)), 90)
        turns = {row.turn_id for row in beside.all_of(Message, direction="in")}
        beside.eventually(lambda: len(hand.texts) == len(turns))
    assert beside.said_by() == FIVE
    replies = [row.turn_id for row in beside.all_of(Outbox)]
    assert sorted(replies) == sorted(turns)
    with beside.app.db.read() as session:
        entries = session.query(Entry).order_by(Entry.id).all()
        words = [
            line for each in entries for line in sealed.entry_words(session, each).split("\n")
        ]
    assert words == FIVE
