"""The whole service on a gateway of one's own: its loops and its webhook, with a scripted bot."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from sqlalchemy import select

from onestep import wiring
from onestep.services.app import App, Clock
from onestep.settings import Settings
from onestep.storage import clients, sealed
from onestep.storage.clients import NewTerms
from onestep.storage.invites import agree_safe_contact
from onestep.storage.models import Message, Outbox
from onestep.storage.seal import write_keyring
from tests.channels.bot_api.running import wait_until
from tests.channels.kannel.between import Between, between
from tests.channels.peers.kannel import NUMBER, PASSWORD, USERNAME, Air, gateway
from tests.channels.peers.process import free_port
from tests.channels.twilio.whole import Door, rule
from tests.channels.twilio.whole import _running as running
from tests.services.world import A_WEDNESDAY, ScriptedBot

WITHIN = 60  # seconds: the gateway posts again after one, and all of it on a busy machine
SECRET = "a-made-up-path-7Q_x3"
A_MONTH = timedelta(days=30)


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
        joined = self.app.clock() - A_MONTH
        with self.app.db.write() as session:
            coach = clients.add_coach(session, name="Ana", now=joined).id
            terms = NewTerms(discreet=False, rhythm="only_when_asked")
            client = clients.add_client(
                session, called="Sam", coach_id=coach, terms=terms, now=joined,
                enrolment="enrolled",
            )  # fmt: skip
            clients.add_address(
                session, client_id=client.id, channel="sms", value=phone, now=joined
            )
            agree_safe_contact(session, client_id=client.id, theirs_alone=True, now=joined)
            return client.id

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


@contextmanager
def whole(folder: Path, made, *, database: str) -> Iterator[Whole]:
    """The service in a thread of its own, from start to end, on the database at this address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with (
        gateway(folder, f"{url}/webhooks/kannel/{SECRET}") as peer,
        between(peer.send_url) as line,
    ):
        settings = Settings(
            data=folder / "var",
            database=database,
            port=port,
            metrics_port=free_port(),
            kannel_send_url=line.url,
            kannel_username=USERNAME,
            kannel_password=PASSWORD,
            kannel_from_number=NUMBER,
            kannel_secret=SECRET,
            send_timeout=5,
        )
        write_keyring(settings.keys, made.keys)
        wiring.prepare(settings)
        bot = ScriptedBot(rule)
        app = wiring.build(
            settings,
            bot,
            lull=wiring.no_lull,
            # Half past ten on a Wednesday, whenever this runs: nobody is written to at night.
            clock=Clock(moved=A_WEDNESDAY - datetime.now(UTC)),
            content=lambda _: made.content,
        )
        air, door = Air(peer), Door()
        air.up()
        with running(app, settings, door):
            yield Whole(app, bot, air, line, door, url)
        air.down()
