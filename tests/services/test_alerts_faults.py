"""Alerts while something is broken, and while several do the same at once."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import update

from onestep.dialogue import Dialogue
from onestep.services import alerts, deliver
from onestep.services.alert_clock import strike
from onestep.services.errors import AlertTaken
from onestep.storage.models import Alert, Outbox, Ring, Turn
from onestep.worker import work
from tests.databases import both_databases
from tests.services.away import away
from tests.services.broken_bot import HOW, BrokenBot

DANGER = "I want to kill myself"
REPLY_WITHIN, NOTICE_WITHIN, HONEST_WITHIN = 2.0, 5.0, 10.0  # seconds: the safety page, T7
OTHERS = 4
GIVE_UP = 45.0  # longer than the breaker leaves a bot alone
ANA, BEN = "07700900201", "07700900202"


@pytest.fixture
def staffed(world):
    """Ana coaches Sam, Ben leads; each has a phone."""
    world.sam = world.add()
    world.ids = [world.reach("Ana", ANA), world.reach("Ben", BEN)]
    world.staff("Ben", role="lead")
    return world


def on(world, phone):
    """What lies on a coach's phone."""
    return [shown.text for shown in world.phone(phone, "sms")]


@pytest.mark.slow
@pytest.mark.parametrize("how", HOW)
def test_the_bot_is_broken(staffed, how):
    """T7: with every loop running and turns waiting, for ten minutes of service time.

    The fixed reply in 2 s, the notice in 5, an honest line to everybody else in 10; then it goes
    on by itself.
    """
    others = [staffed.add(f"D{n}", phone=f"2{n}") for n in range(OTHERS)]
    took = staffed.run(_without_a_bot(staffed, others, how))
    assert took["reply"] < REPLY_WITHIN
    assert took["notice"] < NOTICE_WITHIN
    assert max(took[client] for client in others) < HONEST_WITHIN
    assert took["on again"] < GIVE_UP


async def _without_a_bot(world, others, how):
    """Seconds until the reply, the notice, and each of the others had something."""
    path = world.folder / "bot.sock"
    async with BrokenBot(path, how) as bot, Dialogue(path) as dialogue:
        world.app = replace(world.app, bot=dialogue)
        loops = asyncio.create_task(work(world.app))
        await _all_write(world, "been better")
        await asyncio.sleep(0.1)  # their turns are under way
        began = time.monotonic()
        await asyncio.to_thread(world.write, DANGER, go=False)
        phones = {client: partial(world.phone, f"2{n}") for n, client in enumerate(others)}
        waits = {"reply": world.phone, "notice": partial(on, world, ANA), **phones}
        took = await _seen(waits, began)
        for _ in range(60):
            world.app.clock.move(timedelta(seconds=10))
            await asyncio.sleep(0.02)
        await bot.mend()
        await _all_write(world, "still a bit better")
        answered = {"on again": lambda: _answered(world) >= set(others)}
        took |= await _seen(answered, time.monotonic())
        loops.cancel()
        with suppress(asyncio.CancelledError, BaseExceptionGroup):
            await loops
    return took


async def _all_write(world, text):
    for n in range(OTHERS):
        await asyncio.to_thread(world.write, text, phone=f"2{n}", go=False)


def _answered(world):
    """Whom the bot has answered; a moment of service time later, for what was put back."""
    world.app.clock.move(timedelta(seconds=1))
    return {turn.client_id for turn in world.rows(Turn, by="bot")}


async def _seen(waits, began):
    """How long after `began` each of these first saw something."""
    took = {}
    while len(took) < len(waits):
        assert time.monotonic() - began < GIVE_UP, f"only {list(took)} of {list(waits)}"
        for name, look in waits.items():
            if name not in took and look():
                took[name] = time.monotonic() - began
        await asyncio.sleep(0.01)
    return took


def test_a_sender_that_dies_before_it_noted_the_notice(staffed, monkeypatch):
    """R5: it goes again, with its reference, by which the coach knows it for the same."""
    world = staffed
    world.write(DANGER, go=False)
    real, died = deliver._settle, []

    def dies(app, taken, outcome, *, late):
        if taken.channel == "sms" and not died:
            died.append(taken)
            raise SystemError
        real(app, taken, outcome, late=late)

    monkeypatch.setattr(deliver, "_settle", dies)
    with suppress(SystemError):
        world.go()
    assert len(on(world, ANA)) == 1
    with world.app.db.write() as session:
        session.execute(update(Outbox).values(lease_until=0.0))
    world.go()
    once, again = on(world, ANA)
    assert once == again
    assert world.rows(Alert)[0].ref in once


def test_one_way_that_is_gone_leaves_the_others(staffed):
    """Every way is tried; one that works is enough, and it climbs all the same."""
    world = staffed
    world.reach("Ana", "9001", "telegram")
    world.app.channels.pop("sms")
    world.write(DANGER)
    assert len(world.phone("9001")) == 1
    world.wait(minutes=5)
    assert [row.coach_id for row in world.rows(Ring)] == world.ids


@both_databases
def test_two_press_at_the_same_moment(staffed):
    """One has it; the other is told who."""
    world = staffed
    world.write(DANGER)
    (alert,) = world.rows(Alert)

    def press(by):
        try:
            alerts.acknowledge(world.app, alert.id, by=by)
        except AlertTaken as taken:
            return taken.who
        return None

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(press, world.ids))
    assert sorted(map(str, said)) in (["Ana", "None"], ["Ben", "None"])
    (alert,) = world.rows(Alert)
    assert alert.acknowledged_by == world.ids[said.index(None)]


@both_databases
def test_four_workers_strike_one_clock(staffed):
    """Each step is rung once, whoever looks first."""
    world = staffed
    world.write(DANGER)
    world.wait(minutes=5, go=False)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: strike(world.app), range(8)))
    assert [row.coach_id for row in world.rows(Ring)] == world.ids


def test_a_clock_that_was_put_back_holds_up_no_alert(staffed):
    """R8: what was due at an hour that comes again is due now; put forward, it rings once."""
    world = staffed
    world.write(DANGER)
    world.wait(hours=-1)
    world.wait(minutes=1)
    assert len(world.rows(Ring)) >= 2
    before = len(world.rows(Ring))
    world.wait(days=3650)
    assert len(world.rows(Ring)) == before + 1


def test_a_restart_forgets_nothing(staffed, new_world):
    """Another process with the same database goes on with the climb."""
    world = staffed
    world.write(DANGER)
    other = new_world("other", url=world.url)
    other.app.clock.move(world.app.clock() - other.app.clock())
    other.wait(minutes=5)
    assert [row.coach_id for row in other.rows(Ring)] == world.ids


def test_a_worry_about_us_that_was_parked_goes_round_whom_it_names(staffed):
    """With the database away, too: beside louder danger the coach is not told of it."""
    world = staffed
    with away(world, "locked"):
        world.write(f"my coach hit me. {DANGER}", go=False)
    world.go()
    assert [row.coach_id for row in world.rows(Ring)] == [world.ids[1]]
    assert world.rows(Alert)[0].about_coach_id == world.ids[0]
