"""R9: what must not be missed goes out on each channel by senders of its own, and at no pace."""

import asyncio
import time
from dataclasses import dataclass, field, replace

import pytest

from channels.base import Pace
from channels.simulator import Simulator
from onestep.domain.permission import SendKind
from onestep.services import apart
from onestep.services.alert_senders import AT_ONCE
from onestep.storage import clients, outbox
from onestep.storage.models import Outbox
from onestep.worker import work
from tests.databases import both_databases

PHONES = {"telegram": "9001", "sms": "+447700900901", "email": "ana@example.org"}
WITHIN = 5.0  # seconds, R9; on a quiet machine it takes some hundredths of one
GIVE_UP = 60.0


@dataclass
class Provider:
    """A made-up provider whose first `hangs` messages never come back; it counts what it got."""

    name: str
    simulated: Simulator
    hangs: int = 0
    pace: Pace = field(default_factory=Pace)
    tried: int = 0

    def parts(self, text):
        """In one piece."""
        return [text]

    async def send(self, message):
        """As a server does that has died in the middle of a word."""
        self.tried += 1
        if self.tried <= self.hangs:
            await asyncio.sleep(GIVE_UP)
        return await self.simulated.send(message)


@pytest.fixture
def lane(world):
    """The alert lane of a service whose loops run."""
    return Lane(world)


class Lane:
    """Queues notices to one coach's three ways, runs the loops, and says what arrived when."""

    def __init__(self, world) -> None:
        self.world = world
        self.ways = {name: Provider(name, Simulator(name, world.ledger)) for name in PHONES}
        world.app = replace(world.app, channels=self.ways, send_seconds=GIVE_UP / 2)
        world.app = replace(world.app, lease_seconds=GIVE_UP * 2)

    def queue(self, *channels, text="a notice", lane=outbox.ALERT):
        """One notice for each of these ways, in this order, in one commit."""
        now, kind = self.world.app.clock(), SendKind.CONFIRMATION
        with self.world.app.db.write() as session:
            for name in channels:
                where = clients.known_or_new(
                    session, channel=name, value=PHONES[name], now=now
                )  # fmt: skip
                apart.say(session, where, apart.Line(text), kind=kind, now=now, lane=lane)

    def seconds(self, arrived, *channels, **more):
        """How long until it is so, from when these were queued and the bell rang, once."""

        async def run():
            loops = asyncio.create_task(work(self.world.app))
            await asyncio.sleep(0.05)  # every loop has looked once, and rests
            began = time.monotonic()
            self.queue(*channels, **more)
            self.world.app.bells.ring("outbox")
            while not arrived():
                assert time.monotonic() - began < GIVE_UP / 2, "it did not arrive"
                await asyncio.sleep(0.01)
            took = time.monotonic() - began
            loops.cancel()
            await asyncio.gather(loops, return_exceptions=True)
            return took

        return self.world.run(run())

    def on(self, name):
        """What lies on that way."""
        return [shown.text for shown in self.world.phone(PHONES[name], name)]


@both_databases
@pytest.mark.parametrize("hung", PHONES)
def test_one_provider_hangs_and_the_others_arrive(lane, hung):
    """A notice that one provider swallows delays none of the coach's other ways."""
    lane.ways[hung].hangs = 1
    others = [name for name in PHONES if name != hung]
    took = lane.seconds(lambda: all(map(lane.on, others)), hung, *others)  # behind what hangs
    assert took < WITHIN
    assert lane.on(hung) == []


def test_many_that_hang(lane):
    """However many notices wait for the one that hangs, the others' senders stay free."""
    lane.ways["email"].hangs = 10
    queued = [*["email"] * 10, "telegram", "sms"]
    assert lane.seconds(lambda: lane.on("telegram") and lane.on("sms"), *queued) < WITHIN
    assert lane.ways["email"].tried == AT_ONCE


def test_behind_one_that_hangs(lane):
    """One message that hangs does not hold up the next on the same channel."""
    lane.ways["telegram"].hangs = 1
    assert lane.seconds(lambda: lane.on("telegram"), "telegram", "telegram") < WITHIN


def test_an_alert_waits_for_no_pace(lane):
    """R9: an alert has a budget of its own: a crowd of ordinary messages comes after it."""
    lane.ways["sms"].pace = Pace(per_second=0.5)
    lane.queue(*["sms"] * 20, text="ordinary", lane="ordinary")
    assert lane.seconds(lambda: "danger" in lane.on("sms"), "sms", text="danger") < WITHIN
    assert len(lane.world.rows(Outbox, state="ready")) > 15
