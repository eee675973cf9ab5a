"""Acceptance 4: killed between saying that it was taken and the reply, with five queued."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from channels.telegram.channel import PATH
from channels.twilio import Twilio
from onestep import wiring
from onestep.settings import Settings
from onestep.storage import sealed
from onestep.storage.database import Database
from onestep.storage.models import Entry, Inbox, Message, Outbox
from onestep.storage.seal import write_keyring
from tests.channels.bot_api.running import telegram_network, wait_until
from tests.channels.kannel.whole import SECRET as KANNEL_SECRET
from tests.channels.kannel.whole import given_for as by_gateway
from tests.channels.peers.emulate import emulating
from tests.channels.peers.kannel import Air, gateway
from tests.channels.peers.process import free_port
from tests.channels.serving import add_client, child
from tests.channels.telegram.conftest import SECRET
from tests.channels.telegram.whole import given_for as by_telegram
from tests.channels.twilio.whole import given_for as by_twilio
from tests.services.world import A_WEDNESDAY

pytestmark = pytest.mark.slow
LEASE = 3.0  # seconds until another may take over what the dead one held
WITHIN = 120  # seconds, for a start on a busy machine
FIVE = [f"number {count}" for count in range(5)]
CHAT, PHONE = 4101, "+447700900101"
BRIEF: dict[str, Any] = {"lease": LEASE, "send_timeout": LEASE / 3}


@dataclass(frozen=True)
class Way:
    """One door to a service, and Sam's phone on the other side of it."""

    given: dict[str, Any]
    channel: str
    number: str
    write: Callable[[str], object]
    texts: Callable[[], list[str]]
    waits: Callable[[], object]  # what the provider still has for us


@contextmanager
def telegram(folder: Path, mode: str) -> Iterator[Way]:
    """Telegram, by polling or by webhook."""
    with telegram_network() as network:
        given, hand = by_telegram(network, folder, mode, **BRIEF), network.phone(CHAT)
        if mode == "webhook":
            hook = {"url": given["public_url"] + PATH, "secret_token": SECRET}
            httpx.post(f"{network.url}/bot{network.token}/setWebhook", json=hook)
        yield Way(
            given,
            "telegram",
            str(CHAT),
            hand.type,
            lambda: hand.texts,
            lambda: network.look()["waiting"],
        )


@contextmanager
def twilio(folder: Path, _: str) -> Iterator[Way]:
    """Twilio, which hears that a text was taken before it says so to whoever sent it."""
    port = free_port()
    with emulating(folder, f"http://127.0.0.1:{port}{Twilio.path}") as peer:
        yield Way(
            by_twilio(folder, port=port, api=peer.url, **BRIEF),
            "sms",
            PHONE,
            lambda text: peer.phone_sends(PHONE, text),
            lambda: peer.sent_to(PHONE),
            lambda: False,
        )


@contextmanager
def kannel(folder: Path, _: str) -> Iterator[Way]:
    """A gateway of one's own, which posts again what was kept but not yet answered."""
    port = free_port()
    with gateway(folder, f"http://127.0.0.1:{port}/webhooks/kannel/{KANNEL_SECRET}") as peer:
        air = Air(peer)
        air.up()
        yield Way(
            by_gateway(folder, port=port, send_url=peer.send_url, **BRIEF),
            "sms",
            PHONE,
            lambda text: air.send(PHONE, text),
            lambda: air.texts(PHONE),
            lambda: False,
        )
        air.down()


@contextmanager
def looked_into(given: dict[str, Any], made) -> Iterator[Database]:
    """The database of the service, which the test reads beside it."""
    settings = Settings(**given)
    settings.data.mkdir()
    write_keyring(settings.keys, made.keys)
    wiring.prepare(settings)
    db = Database(settings.database_url, made.keys)
    yield db
    db.close()


def rows(db: Database, model: Any) -> list[Any]:
    """Every row of a table."""
    with db.read() as session:
        return session.query(model).all()


def kept(db: Database) -> list[str]:
    """Every text that came in, opened, in the order it was kept."""
    with db.read() as session:
        came = session.query(Message).filter_by(direction="in").order_by(Message.id)
        return [sealed.message_text(session, each) for each in came]


def answered(db: Database) -> list[str]:
    """The words that the bot had recorded, in the order of its turns."""
    with db.read() as session:
        entries = session.query(Entry).order_by(Entry.id).all()
        return [line for each in entries for line in sealed.entry_words(session, each).split("\n")]


@pytest.mark.parametrize(
    ("by", "mode"),
    [(telegram, "polling"), (telegram, "webhook"), (twilio, ""), (kannel, "")],
    ids=["telegram polled", "telegram", "twilio", "kannel"],
)
def test_killed_with_five_queued(made, tmp_path, monkeypatch, by, mode):
    """Acceptance 4: each is kept once and covered by exactly one reply, in order."""
    monkeypatch.chdir(tmp_path)  # no .env of anybody's
    with by(tmp_path, mode) as way, looked_into(way.given, made) as db:
        add_client(db, now=A_WEDNESDAY, channel=way.channel, phone=way.number)
        with child(way.given, hangs=True):
            for number, text in enumerate(FIVE):
                way.write(text)
                wait_until(lambda so_far=FIVE[: number + 1]: kept(db) == so_far, WITHIN)
            wait_until(lambda: not way.waits(), WITHIN)
            wait_until(lambda: any(row.attempts for row in rows(db, Inbox)), WITHIN)
        assert way.texts() == []
        with child(way.given, hangs=False):
            wait_until(lambda: all(row.state == "done" for row in rows(db, Inbox)), WITHIN)
            turns = {row.turn_id for row in rows(db, Message) if row.direction == "in"}
            wait_until(lambda: len(way.texts()) == len(turns), WITHIN)
        assert kept(db) == FIVE
        assert sorted(row.turn_id for row in rows(db, Outbox)) == sorted(turns)
        assert answered(db) == FIVE
