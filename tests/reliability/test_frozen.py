"""T4 of the reliability page: a worker that stood still past its lease writes nothing after."""

import logging
import os
import signal
import time
from collections import Counter
from contextlib import closing, suppress
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from onestep.storage.database import Database
from onestep.storage.models import Inbox, Outbox
from tests.channels.bot_api.running import wait_until
from tests.databases import KINDS
from tests.reliability.people import DANGER, HELP_LINE, TALK
from tests.reliability.places import LONG, WITHIN, Life, Place

log = logging.getLogger(__name__)

FIRST, SIDE_BY_SIDE = 8000, 4  # as many as one worker sends, or answers, at once
REJECTED = (
    "somebody else has settled this message", "another worker took it over", "LeaseLost", "Undone",
)  # fmt: skip
SENDING, WORKING = Outbox.state == "sending", Inbox.state == "working"


class Two:
    """Two workers of one service, one of which stands still while the other works."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.working, self.frozen = place.start("worker"), place.start("worker")
        wait_until(lambda: len(list((place.folder / "run").glob("*.bell"))) == 2, WITHIN)
        self._stop(self.frozen)

    def change_over(self) -> tuple[Life, int]:
        """Freezes the one that works and thaws the other: the late one, and how much it sends."""
        self._stop(self.working)
        caught = self.place.count(Outbox, SENDING)  # before the other may take anything
        self.frozen.go_on()
        self.working, self.frozen = self.frozen, self.working
        return self.frozen, caught

    def rejected(self, late: Life, times: int) -> None:
        """Thaws the late one until it was refused so often, and freezes it again."""
        before = _rejections(late)
        late.go_on()
        wait_until(lambda: _rejections(late) >= before + times, WITHIN)
        self._stop(late)
        while self.place.count(Outbox, SENDING):  # what it holds would be counted with the next
            late.go_on()
            wait_until(lambda: not self.place.count(Outbox, SENDING), WITHIN)
            self._stop(late)

    def _stop(self, life: Life) -> None:
        """Freezes it, but never with SQLite's one write lock in its hand: then all stand still.

        That is a locked database, which is T6; on PostgreSQL the server lets its locks go.
        """
        life.freeze()
        while not self._others_may_write():
            life.go_on()
            life.freeze()

    def _others_may_write(self) -> bool:
        with (
            closing(
                Database(self.place.settings["database"], self.place.made.keys, busy_ms=400)
            ) as db,
            suppress(OperationalError),
            db.write(),
        ):
            return True
        return False


def _rejections(life: Life) -> int:
    return sum(life.log.read_text().count(words) for words in REJECTED)


def child_of(life: Life) -> int:
    """The process that a part has started: of the bot part, the bot itself."""
    return int(Path(f"/proc/{life.pid}/task/{life.pid}/children").read_text().split()[0])


@pytest.fixture
def two(place):
    """A service that two workers run, with a lease long enough to be caught inside."""
    place.settings |= {"lease": 3.0, "send_timeout": 1.4}
    place.posted_to(place.web())
    return place


def new_chats(place: Place, numbers: "count[int]", many: int) -> list[int]:
    """So many more clients."""
    chats = [FIRST + next(numbers) for _ in range(many)]
    place.add(chats)
    place.network.do("open", chats=chats)
    return chats


def times_in(place: Place, chats: list[int], words: str = "") -> list[int]:
    """How often each of these phones got a message that says so."""
    came = Counter(sent["chat"] for sent in place.network.ledger if words in sent["text"])
    return [came[chat] for chat in chats]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("database", KINDS if LONG else KINDS[:1], indirect=True)
def test_a_late_sender_is_rejected(two, network, long):
    """T4: frozen after its messages went, before it noted so: ordinary ones went once."""
    workers, numbers, frozen = Two(two), count(), 0
    asked, danger, began = [], [], time.monotonic()
    while frozen < (30 if long else 4):
        network.do("fault", kind="late", times=SIDE_BY_SIDE + 1, seconds=1)
        new = new_chats(two, numbers, SIDE_BY_SIDE + 1)
        asked, danger = asked + new[:-1], danger + new[-1:]
        for chat in new:
            network.phone(chat).type("HELP" if chat in asked else DANGER)
        wait_until(lambda new=new: min(times_in(two, new)) >= 1, WITHIN)
        late, caught = workers.change_over()
        wait_until(lambda: not two.count(Outbox, SENDING), WITHIN)
        workers.rejected(late, caught)
        frozen += caught
    two.until_idle()
    assert set(times_in(two, asked)) == {1}
    assert min(times_in(two, danger, HELP_LINE)) >= 1  # what may have gone goes again
    log.info("%d sends frozen in %.0f s", frozen, time.monotonic() - began)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("database", KINDS if LONG else KINDS[-1:], indirect=True)
def test_a_late_turn_is_rejected(two, network, long):
    """T4: frozen while the bot thinks: whoever took the turn over answers, and nobody else."""
    bot = two.start("bot")
    wait_until((two.folder / "run" / "bot.sock").exists, WITHIN)
    workers, numbers, frozen = Two(two), count(), 0
    [warm] = new_chats(two, numbers, 1)
    network.phone(warm).type(TALK[0])
    wait_until(lambda: times_in(two, [warm]) == [1], WITHIN)
    talking, began = [], time.monotonic()
    while frozen < (20 if long else 2):
        os.kill(child_of(bot), signal.SIGSTOP)
        new = new_chats(two, numbers, SIDE_BY_SIDE)
        talking += new
        for chat in new:
            network.phone(chat).type(TALK[0])
        wait_until(lambda: two.count(Inbox, WORKING) == SIDE_BY_SIDE, WITHIN)
        late, _ = workers.change_over()
        os.kill(child_of(bot), signal.SIGCONT)
        wait_until(lambda new=new: min(times_in(two, new)) >= 1, WITHIN)
        workers.rejected(late, SIDE_BY_SIDE)
        frozen += SIDE_BY_SIDE
    two.until_idle()
    assert set(times_in(two, talking)) == {1}
    log.info("%d turns frozen in %.0f s", frozen, time.monotonic() - began)
