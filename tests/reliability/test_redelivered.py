"""T1 of the reliability page: the same update again and again, into four processes at once."""

import logging
import random
import time
from collections import Counter

import pytest

from onestep.storage.models import Inbox, Message, Outbox
from tests.channels.bot_api.running import wait_until
from tests.databases import both_databases
from tests.reliability.places import WITHIN
from tests.reliability.posting import post_all, update

log = logging.getLogger(__name__)

PROCESSES, TIMES, FIRST = 4, 10, 6000


@pytest.mark.slow
@pytest.mark.timeout(900)
@both_databases
def test_ten_times_each_into_four_processes(place, network, long):
    """T1: each id is kept once and answered once, whoever got it and however often."""
    chats = range(FIRST, FIRST + (1000 if long else 50))
    # Nobody dies here. A lease that a busy machine outlasts would leave a reply to a person.
    place.settings |= {"lease": 60.0, "send_timeout": 20.0}
    place.add(chats)
    network.do("open", chats=list(chats))
    webs = [place.web() for _ in range(PROCESSES)]
    place.start("worker")
    bodies = {chat: update(chat, chat, "HELP") for chat in chats}
    posts = [(webs[n % PROCESSES].port, bodies[chat]) for n in range(TIMES) for chat in chats]
    random.Random(1).shuffle(posts)

    def unsure():  # none of them; were there any, the next lines would say whose
        return place.count(Outbox, Outbox.state == "uncertain")

    began = time.monotonic()
    assert set(post_all(posts)) == {200}
    took = time.monotonic() - began
    wait_until(lambda: len(network.ledger) + unsure() >= len(chats), WITHIN + len(chats) / 5)
    assert set(post_all(posts[: len(posts) // 10])) == {200}  # long after, too
    place.until_idle()
    assert Counter(sent["chat"] for sent in network.ledger) == dict.fromkeys(chats, 1)
    assert place.count(Inbox) == place.count(Message, Message.direction == "in") == len(chats)
    assert "Traceback" not in place.logged()
    log.info("%d posts of %d ids in %.0f s", len(posts), len(chats), took)
