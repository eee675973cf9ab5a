"""One pace for all: Telegram's limits hold however many workers send, wherever they run."""

import asyncio
import threading
from collections import Counter
from dataclasses import replace

import pytest

from channels.telegram import Telegram
from onestep.domain.permission import SendKind
from onestep.services import apart
from onestep.services.app import Bells
from onestep.services.converse import converse
from onestep.services.deliver import deliver
from onestep.storage import clients
from onestep.storage.database import Database
from onestep.storage.models import Outbox
from tests.databases import both_databases

FIRST, WORKERS, LONG = 9700, 6, 60


class Workers:
    """Workers with an engine and a channel of their own, each as if on a machine of its own."""

    def __init__(self, world, network) -> None:
        self.world, self.network, self.faults = world, network, []

    def all_at_once(self) -> None:
        """Each looks once for something to send, all at the same moment of service time."""
        barrier = threading.Barrier(WORKERS)
        threads = [threading.Thread(target=self._one, args=(barrier,)) for _ in range(WORKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LONG)
        assert self.faults == []

    def _one(self, barrier) -> None:
        try:
            asyncio.run(self._look(barrier))
        except Exception as fault:  # noqa: BLE001  # a thread's fault is nobody's otherwise
            self.faults.append(fault)

    async def _look(self, barrier) -> None:
        world, network = self.world, self.network
        channel = Telegram(network.token, key=b"k" * 32, base_url=network.url)
        app = replace(
            world.app,
            db=Database(world.url, world.made.keys),
            channels={"telegram": channel},
            bells=Bells(),
        )
        try:
            barrier.wait(LONG)
            await deliver(app)
        finally:
            await channel.close()
            app.db.close()


@pytest.mark.slow
@both_databases
def test_a_channels_pace_is_shared_by_all_who_send(world, network):
    """Acceptance 9: at 25 a second, one goes in each 40 ms, however many look at that moment."""
    chats = list(range(FIRST, FIRST + 8))
    network.do("open", chats=chats)
    for chat in chats:
        world.add(str(chat), phone=str(chat))
        world.write("HELP", phone=str(chat), go=False)
    while world.run(converse(world.app)):
        pass
    workers, came = Workers(world, network), []
    for _ in chats:
        workers.all_at_once()
        came.append(len(network.ledger))
        world.wait(milliseconds=40, go=False)
    assert came == list(range(1, len(chats) + 1))
    assert Counter(sent["chat"] for sent in network.ledger) == Counter(chats)
    assert {(row.state, row.attempts) for row in world.rows(Outbox)} == {("sent", 1)}


@pytest.mark.slow
@both_databases
def test_an_address_has_its_own_second_whoever_sends(world, network):
    """Acceptance 9: two for one chat that no client owns lie a second apart."""
    network.do("open", chats=[FIRST])
    now = world.app.clock()
    with world.app.db.write() as session:
        address = clients.add_address(
            session, client_id=None, channel="telegram", value=str(FIRST), now=now
        )
        for words in ("one", "two", "three"):
            line = apart.Line(words)
            apart.say(session, address, line, kind=SendKind.CONFIRMATION, now=now)
    workers, came = Workers(world, network), []
    for _ in range(3):
        workers.all_at_once()
        came.append(len(network.ledger))
        world.wait(seconds=1, go=False)
    assert came == [1, 2, 3]
