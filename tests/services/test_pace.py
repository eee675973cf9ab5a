"""The provider's pace is kept, by the message and by the address, and alerts wait for nobody."""

import asyncio
import logging
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from channels.base import Pace
from channels.errors import NotSent
from onestep.services import by_hand
from onestep.services.app import Clock
from onestep.storage.models import Client, Outbox
from onestep.worker import work
from tests.services.network import put
from tests.services.world import A_WEDNESDAY

log = logging.getLogger(__name__)

LIMIT = 30  # of the provider, in any second
TELEGRAM = Pace(per_second=25, per_address_seconds=1)


def everyone(world, count):
    """So many clients; their phones."""
    phones = [str(4000 + number) for number in range(count)]
    for phone in phones:
        world.add(phone, phone=phone)
    return phones


def test_so_many_a_second(world):
    """On service time: in each tenth of a second one, and none is lost for waiting."""
    phones = everyone(world, 5)
    put(world, pace=Pace(per_second=10))
    for phone in phones:
        world.write("been better", phone=phone, go=False)
    for sent in range(1, 6):
        world.go()
        assert sum(len(world.phone(phone)) for phone in phones) == sent
        world.wait(milliseconds=100, go=False)
    world.wait(seconds=5)
    assert sum(len(world.phone(phone)) for phone in phones) == 5


def test_one_address_and_the_others(world):
    """Two messages to one phone lie a second apart; another phone waits for neither."""
    everyone(world, 2)
    put(world, pace=Pace(per_address_seconds=1))
    world.write("been better", phone="4000")
    world.write("and slept", phone="4000")
    world.write("been better", phone="4001")
    assert [len(world.phone(phone)) for phone in ("4000", "4001")] == [1, 1]
    world.wait(milliseconds=999)
    assert len(world.phone("4000")) == 1
    world.wait(milliseconds=1)
    assert len(world.phone("4000")) == 2


def test_alerts_wait_for_no_pace(world):
    """With a hundred behind the pace, the reply to danger goes at once."""
    phones = everyone(world, 10)
    put(world, pace=Pace(per_second=1, per_address_seconds=60))
    for phone in phones:
        world.write("been better", phone=phone, go=False)
    world.go()
    for phone in phones[:3]:
        world.write("I want to kill myself", phone=phone)
    assert [row.state for row in world.rows(Outbox, lane="alert")] == ["sent"] * 3


def test_two_services_share_one_pace(new_world):
    """The pace is the provider's, however many processes send."""
    world = new_world()
    phones = everyone(world, 4)
    put(world, pace=Pace(per_second=1))
    other = new_world()
    put(other, pace=Pace(per_second=1))
    for phone in phones:
        world.write("been better", phone=phone, go=False)
    for sent in range(1, 4):
        world.go()
        other.go()
        assert sum(len(world.phone(phone)) for phone in phones) == sent
        world.wait(seconds=1, go=False)
        other.wait(seconds=1, go=False)


class Judge:
    """A provider that notes when each message came, and refuses what is too much for it."""

    awaited = all_came = None

    def __init__(self, channel) -> None:
        self.channel, self.name, self.pace = channel, channel.name, TELEGRAM
        self.came, self.refused = [], 0

    async def send(self, message):
        """Takes it over, or says when to come again."""
        now = time.monotonic()
        if sum(now - at < 1 for at, _, _ in self.came) >= LIMIT:
            self.refused += 1
            raise NotSent(retry_after=1)
        self.came.append((now, message.to, message.reference))
        if len(self.came) == self.awaited:
            self.all_came.set()
        return await self.channel.send(message)

    def most_in_a_second(self):
        """The fullest second there was."""
        times = [at for at, _, _ in self.came]
        return max(sum(begin <= at < begin + 1 for at in times) for begin in times)


@pytest.mark.slow
def test_five_hundred_at_once(world, long):
    """500 check-ins due at one moment: inside the limits, each once; danger passes them all."""
    count = 500 if long else 120
    phones = everyone(world, count)
    waiting = [row.id for row in world.rows(Client)]
    world.add("Dee", phone="9999")
    clock = Clock(moved=A_WEDNESDAY - datetime.now(UTC))
    judge = Judge(world.app.channels["telegram"])
    channels = {**world.app.channels, "telegram": judge}
    world.app = replace(world.app, channels=channels, clock=clock)
    for client in waiting:
        by_hand.make_check_in_due(world.app, client)

    async def until_sent():
        working = asyncio.create_task(work(world.app))
        judge.awaited, judge.all_came = count + 1, asyncio.Event()
        await asyncio.sleep(2)
        await asyncio.to_thread(world.write, "I want to kill myself", phone="9999", go=False)
        asked = time.monotonic()
        await asyncio.wait_for(judge.all_came.wait(), 120)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        return asked

    asked = world.run(until_sent())
    alert = world.rows(Outbox, lane="alert")[0].id
    (answered,) = [at for at, _, reference in judge.came if reference == alert]
    waited_for = sum(asked < at < answered for at, _, _ in judge.came)
    assert waited_for < sum(at > answered for at, _, _ in judge.came)
    assert set(Counter(reference for _, _, reference in judge.came).values()) == {1}
    assert {to for _, to, _ in judge.came} == {*phones, "9999"}
    assert judge.most_in_a_second() <= LIMIT
    assert judge.refused == 0
    took = judge.came[-1][0] - judge.came[0][0]
    fullest = judge.most_in_a_second()
    log.info("%d in %.1f s, at most %d in a second", len(judge.came), took, fullest)
    assert took >= count / TELEGRAM.per_second * 0.9
