"""A worker killed anywhere loses nothing, and does nothing ordinary twice."""

import os
import random
import shutil
import signal
import time
from collections import Counter
from datetime import date

import pytest
from sqlalchemy import update

from onestep.services import by_hand
from onestep.storage.base import new_id
from onestep.storage.models import CheckIn, Command, Entry, Inbox, Message, Outbox, Turn
from onestep.storage.seal import write_keyring
from tests.faults.child import POINTS
from tests.services.world import A_WEDNESDAY, answer_to

KINDS = ("text", "burst", "choice", "command", "event", "concern")
TEXTS = {
    "text": ["been sleeping better"],
    "burst": ["been", "sleeping \U0001f642", "better"],
    "command": ["PAUSE"],
    "concern": ["I want to kill myself"],
}
SAMPLE = 8  # kills a kind in `make test`; all of them in `make test-long`


def prepared(new_world, kind, name):
    """A service in which this kind of thing is about to happen, closed; with its job."""
    world = new_world(name)
    sam = world.add()
    write_keyring(world.folder / "keys.json", world.made.keys)
    job = {"folder": str(world.folder), "texts": TEXTS.get(kind, [])}
    if kind == "choice":
        world.bot.rule = lambda turn: answer_to(
            turn, say=["ask_step_size"], asks="step_size", choices=["too_easy", "about_right"]
        )
        by_hand.make_check_in_due(world.app, sam)
        world.go()
        job["press"] = {"prompt": world.last_prompt(), "key": "too_easy"}
    if kind == "event":
        with world.app.db.write() as session:
            session.add(
                CheckIn(
                    id=new_id(), client_id=sam, planned_on=date(2026, 3, 4), due_at=A_WEDNESDAY,
                    state="due",
                )
            )  # fmt: skip
    world.close()
    return world.folder, job


def reopened(new_world, folder, job):
    """The service started again after a death: leases over, the provider sends again."""
    world = new_world(folder.name)
    with world.app.db.write() as session:
        session.execute(update(Inbox).values(lease_until=0.0))
        session.execute(update(Outbox).values(lease_until=0.0))
    for number, text in enumerate(job["texts"]):
        world.write(text, id=f"w{number}", go=False)
    if "press" in job:
        world.write("", kind="choice", id="press", go=False, **job["press"])
    world.go()
    return world


def story(world):
    """What became of it all, without ids: kept, turned, applied, queued, in order."""
    turns = {turn.id: turn.by for turn in world.rows(Turn)}
    messages = {message.id: message for message in world.rows(Message)}
    outbox = world.rows(Outbox)
    return {
        "kept": world.kept(world.rows(Message, direction="in")[0].client_id)
        if world.rows(Message, direction="in")
        else [],
        "inbox": [(row.kind, row.state, turns.get(row.turn_id)) for row in world.rows(Inbox)],
        "turns": sorted(turns.values()),
        "commands": sorted((row.name, row.refused) for row in world.rows(Command)),
        "entries": sorted(entry.kind for entry in world.rows(Entry)),
        "outbox": [(row.lane, row.kind, messages[row.message_id].said) for row in outbox],
    }


def check_the_ledger(world, *, between=True):
    """The network's ledger is the judge: once each, in order, `uncertain` only where it may be."""
    shown = Counter(each.reference for each in world.phone())
    outbox = world.rows(Outbox)
    assert set(shown) <= {row.id for row in outbox}
    for row in outbox:
        times = shown[row.id]
        if row.lane == "alert":
            assert row.state == "sent"
            assert times in ((1, 2) if between else (1,))
        elif row.state == "sent":
            assert times == 1
        elif row.state == "uncertain":
            assert between
            assert times <= 1
        else:
            assert (row.state, times) == ("cancelled", 0)
    ordinary = {row.id: row.seq for row in outbox if row.lane == "ordinary"}
    order = [ordinary[each.reference] for each in world.phone() if each.reference in ordinary]
    assert order == sorted(order)
    return sum(row.state == "uncertain" for row in outbox)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_every_point(new_world, workers, long, kind):
    """For each point of a turn: restarted, the story is the one of a run without a kill."""
    folder, job = prepared(new_world, kind, f"{kind}-whole")
    kept = shutil.copytree(folder, folder.with_name(f"{kind}-before"))
    whole = workers.run(**job)
    assert whole["status"] == 0
    world = reopened(new_world, folder, job)
    expected = story(world)
    assert check_the_ledger(world, between=False) == 0
    deaths = [
        (point, nth) for point in POINTS for nth in range(1, whole["reached"].get(point, 0) + 1)
    ]
    assert {point for point, _ in deaths} >= {"send_before", "send_after", "commit", "committed"}
    if not long:
        fixed = [death for death in deaths if death[0] not in ("commit", "committed")]
        rest = [death for death in deaths if death not in fixed]
        step = max(1, len(rest) // max(1, SAMPLE - len(fixed)))
        deaths = fixed[:6] + rest[::step]
    for point, nth in deaths:
        folder = shutil.copytree(kept, kept.with_name(f"{kind}-{point}-{nth}"))
        died = workers.run(**{**job, "folder": str(folder)}, point=point, nth=nth)
        assert died["status"] == -signal.SIGKILL, (point, nth)
        world = reopened(new_world, folder, job)
        assert story(world) == expected, (point, nth)
        between = point in ("send_before", "send_after", "commit", "committed")
        assert check_the_ledger(world, between=between) <= 1, (point, nth)
        world.check_everything_is_covered()
        world.close()


@pytest.mark.slow
def test_killed_at_random(new_world, workers, long):
    """The real worker, killed at any moment over and over: nothing lost, nothing twice."""
    random.seed(7)
    world = new_world("random")
    clients = {str(2000 + number): None for number in range(3)}
    for phone in clients:
        clients[phone] = world.add(phone, phone=phone)
    write_keyring(world.folder / "keys.json", world.made.keys)
    sent = {phone: [] for phone in clients}
    for round_ in range(200 if long else 6):
        for phone in clients:
            text = f"round {round_} for {phone} \U0001f642"
            world.write(text, phone=phone, id=f"{phone}-{round_}", go=False)
            sent[phone].append(text)
        world.close()
        workers.start(folder=str(world.folder), forever=True)
        pid = workers.answer()["pid"]
        time.sleep(random.uniform(0.02, 0.6))
        os.kill(pid, signal.SIGKILL)
        assert workers.answer()["status"] == -signal.SIGKILL
        world = new_world("random")
        with world.app.db.write() as session:
            session.execute(update(Inbox).values(lease_until=0.0))
            session.execute(update(Outbox).values(lease_until=0.0))
    world.go()
    world.check_everything_is_covered()
    outbox = world.rows(Outbox)
    shown = Counter(each.reference for phone in clients for each in world.phone(phone))
    assert max(shown.values()) == 1
    for row in outbox:
        if row.reason == "same_text":  # many rounds, one line: the sixth in five minutes is held
            assert shown[row.id] == 0
            continue
        assert row.state in ("sent", "uncertain")
        assert row.state == "uncertain" or shown[row.id] == 1
    for phone, client in clients.items():
        assert world.kept(client) == sent[phone]
        covered = [turn.id for turn in world.rows(Turn, client_id=client)]
        replies = Counter(row.turn_id for row in outbox if row.client_id == client)
        assert replies == Counter(covered)
