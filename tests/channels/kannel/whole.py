"""The whole service on a gateway of one's own: its loops and its webhook, with a scripted bot."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from onestep.services.app import App
from onestep.settings import Settings
from onestep.storage import sealed
from onestep.storage.models import Message, Outbox
from tests.channels.bot_api.running import wait_until
from tests.channels.kannel.between import Between, between
from tests.channels.peers.kannel import NUMBER, PASSWORD, USERNAME, Air, gateway
from tests.channels.peers.process import free_port
from tests.channels.serving import add_client, built, serving
from tests.channels.twilio.whole import Door, rule
from tests.services.world import ScriptedBot

WITHIN = 60  # seconds: the gateway posts again after one, and all of it on a busy machine
SECRET = "a-made-up-path-7Q_x3"


@dataclass
class Whole:
    """A service that runs, the phones around it, and what stands between."""

    app: App
    bot: ScriptedBot
    air: Air
    line: Between
    door: Door
    url: str

    def add(self, phone: str) -> str:
        """A client who joined a month ago."""
        return add_client(self.app.db, now=self.app.clock(), channel="sms", phone=phone)

    def kept(self) -> list[str]:
        """Every text that came in, opened, in the order it was kept."""
        with self.app.db.read() as session:
            came = select(Message).where(Message.direction == "in").order_by(Message.id)
            return [sealed.message_text(session, each) for each in session.scalars(came)]

    def states(self) -> list[str]:
        """The states of what was to go out, in order."""
        with self.app.db.read() as session:
            return list(session.scalars(select(Outbox.state).order_by(Outbox.seq)))

    def wait(self, true) -> None:
        """Until it is so."""
        wait_until(true, WITHIN)

    def report(self, reference: str, state: int) -> int:
        """A delivery report as the gateway would bring it; the status it was answered with."""
        asked = {"reference": reference, "state": str(state)}
        return httpx.get(f"{self.url}/webhooks/kannel/{SECRET}", params=asked).status_code


def given_for(folder: Path, *, port: int, send_url: str, **more: Any) -> dict[str, Any]:
    """What a service on this gateway is given."""
    return {
        "data": str(folder / "var"),
        "port": port,
        "metrics_port": free_port(),
        "kannel_send_url": send_url,
        "kannel_username": USERNAME,
        "kannel_password": PASSWORD,
        "kannel_from_number": NUMBER,
        "kannel_secret": SECRET,
        "send_timeout": 5,
        **more,
    }


@contextmanager
def whole(folder: Path, made, *, database: str) -> Iterator[Whole]:
    """The service in a thread of its own, from start to end, on the database at this address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with (
        gateway(folder, f"{url}/webhooks/kannel/{SECRET}") as peer,
        between(peer.send_url) as line,
    ):
        given = given_for(folder, port=port, send_url=line.url, database=database)
        settings, bot = Settings(**given), ScriptedBot(rule)
        app = built(settings, made, bot)
        air, door = Air(peer), Door()
        air.up()
        with serving(app, settings, before=door.before):
            yield Whole(app, bot, air, line, door, url)
        air.down()
