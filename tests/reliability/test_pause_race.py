"""T13 of the reliability page: PAUSE against a thousand messages that are on their way out."""

import asyncio
import logging
import random
import time
from collections import defaultdict

import httpx
import pytest

from channels.telegram.channel import PATH, SECRET_HEADER
from onestep.storage import outbox, talk
from onestep.storage.models import Address, Message, Outbox
from onestep.storage.sealed import message_text
from tests.channels.bot_api.running import wait_until
from tests.databases import KINDS
from tests.reliability.places import LONG, SECRET, WITHIN
from tests.reliability.posting import update

log = logging.getLogger(__name__)

FIRST, QUEUED = 10_000, 10  # the first chat; messages that wait for each
UNTIL = "20 March"


def queue(place, clients):
    """Fills the outbox; each text is its own."""
    now = place.app().clock()
    with place.db.write() as session:
        for number in range(QUEUED):
            for chat, client in clients.items():
                address = session.query(Address).filter_by(client_id=client).one().id
                message = talk.add_message(
                    session, text=f"line {number} for {chat}", direction="out",
                    channel="telegram", kind="reply", at=now, zone="Europe/London",
                    client_id=client, address_id=address,
                )  # fmt: skip
                outbox.queue(
                    session, client_id=client, address_id=address, message_id=message.id,
                    kind="reply", now=now,
                )  # fmt: skip


async def pauses(port, chats, within, dice):
    """Each phone says PAUSE at a moment of its own; when each was answered."""
    at = {}
    headers = {"content-type": "application/json", SECRET_HEADER: SECRET}
    async with httpx.AsyncClient(headers=headers, timeout=60) as client:

        async def pause(chat):
            await asyncio.sleep(dice.uniform(0, within))
            body = update(chat, chat, f"PAUSE until {UNTIL}")
            answer = await client.post(f"http://127.0.0.1:{port}{PATH}", content=body)
            assert answer.status_code == 200
            at[chat] = time.time()

        await asyncio.gather(*(pause(chat) for chat in chats))
    return at


def begun(place):
    """When each queued message was last taken for sending, on the wall clock of this machine."""
    with place.db.read() as session:
        rows = session.query(Outbox, Message).join(Message, Message.id == Outbox.message_id)
        return {
            message_text(session, message): (row.tried_at - place.moved).timestamp()
            for row, message in rows
            if row.tried_at is not None
        }


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("database", KINDS if LONG else KINDS[-1:], indirect=True)
def test_nothing_is_begun_after_a_pause(place, network, long):
    """T13: of 1,000 queued messages none is begun once the PAUSE is answered; one may be there.

    Telegram's word for when a message came is the judge; only of one that came after may it be
    said that it was on its way already, and then it is that chat's last but the confirmation.
    """
    chats = range(FIRST, FIRST + (100 if long else 20))
    clients = place.add(chats)
    network.do("open", chats=list(chats))
    queue(place, clients)
    web, dice = place.web(), random.Random(13)
    for _ in range(2):
        place.start("worker")
    wait_until(lambda: network.ledger, WITHIN)
    paused = asyncio.run(pauses(web.port, chats, 20 if long else 4, dice))
    place.until_idle()
    came, taken, late = defaultdict(list), begun(place), 0
    for sent in network.ledger:
        came[sent["chat"]].append(sent)
    for chat in chats:
        *lines, confirmed = came[chat]
        assert UNTIL in confirmed["text"]
        after = [sent for sent in lines if sent["at"] > paused[chat]]
        assert all(taken[sent["text"]] <= paused[chat] for sent in after), "begun after the pause"
        assert len(after) <= 1
        late += len(after)
    queued = sum(len(sent) for sent in came.values()) - len(chats)
    assert 0 < queued < QUEUED * len(chats)
    log.info("%d of %d went before, %d of them crossed a PAUSE", queued, QUEUED * len(chats), late)
