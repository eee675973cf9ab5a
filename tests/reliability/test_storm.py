"""T9 of the reliability page, and acceptance 6: Telegram says "too many" for half an hour."""

from collections import Counter

import pytest

from onestep.services.outbox_by_hand import for_a_person
from onestep.storage.models import Outbox
from tests.databases import both_databases
from tests.reliability.people import DANGER, HELP_LINE

pytestmark = pytest.mark.slow
FIRST = 9500
STORM, AFTER, STEP = 1800, 30, 15  # seconds of service time: the storm, each `retry_after`, a look


def everybody(world, network, count):
    """So many clients on their phones."""
    chats = list(range(FIRST, FIRST + count))
    network.do("open", chats=chats)
    for chat in chats:
        world.add(str(chat), phone=str(chat))
    return chats


def storm(network, **more):
    """From now on each message is refused, with the seconds to wait."""
    network.do("fault", kind="status", code=429, seconds=AFTER, times=10**9, **more)


def by_chat(network):
    """What came to each phone, in order."""
    came = {}
    for sent in network.ledger:
        came.setdefault(sent["chat"], []).append(sent["text"])
    return came


@pytest.mark.timeout(900)
@both_databases
def test_half_an_hour_of_too_many(timed, network, long):
    """T9: after it each message comes once and in order; meanwhile nobody is asked too soon."""
    chats = everybody(timed, network, 12 if long else 4)
    danger = chats.pop()
    storm(network)
    for chat in chats:
        timed.write("HELP", phone=str(chat), go=False)
        timed.write("PAUSE until 20 March", phone=str(chat), go=False)
    timed.write(DANGER, phone=str(danger), go=False)
    timed.go()
    for second in range(STEP, STORM + 1, STEP):
        timed.wait(seconds=STEP)
        tries = network.look()["calls"]["sendMessage"]
        assert tries <= (len(chats) + 1) * (second // AFTER + 1), "asked sooner than it was told"
    assert network.ledger == []
    network.do("calm")
    for _ in range(21):  # an alert looks again within a minute
        timed.wait(seconds=3)
    came = by_chat(network)
    assert [len(texts) for texts in came.values()] == [1 if to == danger else 2 for to in came]
    assert set(came) == {*chats, danger}
    assert all("20 March" in came[chat][1] for chat in chats)
    assert HELP_LINE in came[danger][0]
    assert for_a_person(timed.app.db) == []
    assert Counter(row.state for row in timed.rows(Outbox)) == {"sent": 2 * len(chats) + 1}


@both_databases
def test_one_chat_in_a_storm_holds_up_no_other(timed, network):
    """Acceptance 6: `retry_after` is one chat's own; never a halt for all."""
    alone, *others = everybody(timed, network, 6)
    storm(network, chat=alone)
    timed.write("HELP", phone=str(alone))
    for chat in others:
        timed.write("HELP", phone=str(chat))
    assert set(by_chat(network)) == set(others)
    network.do("calm")
    timed.wait(seconds=AFTER - 2)
    assert alone not in by_chat(network)
    timed.wait(seconds=2)
    assert len(by_chat(network)[alone]) == 1
