"""Acceptance 9 of the channels page: 500 check-ins due at once, inside Telegram's own limits."""

import logging
import time
from collections import Counter

import pytest

from onestep.services.by_hand import make_check_in_due
from onestep.storage.models import Outbox
from tests.channels.bot_api.running import wait_until
from tests.reliability.places import WITHIN

log = logging.getLogger(__name__)

FIRST = 20_000


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_five_hundred_check_ins_at_once(place, network, long):
    """Acceptance 9: all delivered, none twice, and Telegram never had to say "too many"."""
    chats = range(FIRST, FIRST + (500 if long else 60))
    clients = place.add(chats)
    network.do("open", chats=list(chats))
    network.do("strict", strict=True)
    place.start("bot")
    wait_until((place.folder / "run" / "bot.sock").exists, WITHIN)
    for client in clients.values():
        make_check_in_due(place.app(), client)
    began = time.time()
    place.start("worker")
    wait_until(lambda: len(network.ledger) >= len(chats), WITHIN)
    place.until_idle()
    sent = network.ledger
    assert {each["chat"] for each in sent} == set(chats)
    assert set(Counter((each["chat"], each["text"]) for each in sent).values()) == {1}
    assert network.look()["refused"] == {}
    assert place.count(Outbox, Outbox.state != "sent") == 0
    took, first = sent[-1]["at"] - began, sent[0]["at"] - began
    log.info("%d messages, the first after %.1f s, the last after %.1f s", len(sent), first, took)
