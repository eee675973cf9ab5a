"""The whole service on the Telegram of the tests: its loops, its polling or webhook, its sends.

It runs as it does for real clients; only the bot answers by a rule. The ledger of the Bot API
server is the judge of what reached a phone.
"""

import asyncio
import socket
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.telegram import Telegram
from onestep import wiring
from onestep.services.app import Clock
from onestep.services.close_channels import close_channels
from onestep.services.polling import pollers
from onestep.settings import Settings
from onestep.storage import clients
from onestep.storage.clients import NewTerms
from onestep.storage.invites import agree_safe_contact
from onestep.storage.seal import write_keyring
from onestep.web.counts import Counts
from onestep.web.inside import inside
from onestep.web.pages import pages
from onestep.web.server import listen, serve
from onestep.worker import work
from tests.channels.bot_api.running import wait_until
from tests.channels.telegram.conftest import SECRET
from tests.services.world import A_WEDNESDAY, ScriptedBot, World

SAM, KIT = 4101, 4102


def free_port():
    """A port nobody listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return found.getsockname()[1]


def settings_for(network, folder, mode, **more):
    """The settings of a service on this Telegram, by either way."""
    port = free_port()
    hook = {"telegram_webhook_secret": SECRET, "public_url": f"http://127.0.0.1:{port}"}
    return Settings(
        data=folder / "var",
        port=port,
        metrics_port=free_port(),
        telegram_token=network.token,
        telegram_api=network.url,
        telegram_mode=mode,
        **(hook if mode == "webhook" else {}),
        **{"send_timeout": 5, **more},
    )


@dataclass
class Whole:
    """One running service, and the phones of the clients one adds."""

    network: Any
    settings: Settings
    app: Any
    bot: Any
    ids: dict[int, str] = field(default_factory=dict)
    rows: Any = World.rows  # as in a world: what is kept, read straight from the database
    kept: Any = World.kept

    def client(self, chat=SAM, called="Sam", **more):
        """Somebody enrolled who writes from this chat; their phone, which has started the bot."""
        now = self.app.clock() - timedelta(days=30)
        terms = NewTerms(**{"discreet": False, "rhythm": "only_when_asked", **more})
        with self.app.db.write() as session:
            coach = clients.add_coach(session, name="Ana", now=now)
            added = clients.add_client(
                session,
                called=called,
                coach_id=coach.id,
                terms=terms,
                now=now,
                enrolment="enrolled",
            )
            agree_safe_contact(session, client_id=added.id, theirs_alone=True, now=now)
            clients.add_address(
                session, client_id=added.id, channel="telegram", value=str(chat), now=now
            )
            self.ids[chat] = added.id
        return self.network.phone(chat)

    def contact(self, chat=SAM):
        """The contact state, as kept now."""
        with self.app.db.read() as session:
            return clients.client(session, self.ids[chat]).contact

    def all_of(self, model, **where):
        """Every row of a table."""
        return World.rows(self, model, **where)

    def said_by(self, chat=SAM):
        """The texts that are kept of a client, opened, in the order they came."""
        return World.kept(self, self.ids[chat])

    def keys(self, chat=SAM):
        """The utterances that went to a client, in order."""
        return World.keys(self, self.ids[chat])

    def eventually(self, true, seconds=40):
        """Waits until something is true; generous, for a busy machine."""
        wait_until(true, seconds)


class SlowBot(ScriptedBot):
    """A bot whose turns wait for as long as it is told to."""

    def __init__(self, *rule) -> None:
        super().__init__(*rule)
        self.free = threading.Event()
        self.free.set()
        self.slow_for = lambda _turn: True

    async def turn(self, turn):
        """One turn, once it may end."""
        self.asked += 1
        if self.slow_for(turn):
            await asyncio.to_thread(self.free.wait, 60)
        return await super().turn(turn)


@contextmanager
def running(network, settings, made, *, bot=None, clock=None, lull=wiring.no_lull, **more):
    """The service in a thread of its own, until the test is done with it; `more` are its App's."""
    if not settings.keys.exists():
        write_keyring(settings.keys, made.keys)
    wiring.prepare(settings)
    bot = bot or ScriptedBot()
    # Half past ten on a Wednesday, whenever this runs: nobody is written to at night.
    clock = clock or Clock(moved=A_WEDNESDAY - datetime.now(UTC))
    app = wiring.build(settings, bot, lull=lull, clock=clock, content=lambda _: made.content)
    app = replace(app, **more)
    ready, ending, loop = threading.Event(), asyncio.Event(), asyncio.new_event_loop()

    async def whole():
        counts = Counts()
        shown = pages(app, settings, wiring.ledger(settings.data), counts)
        with (
            closing(listen("127.0.0.1", settings.port, "ONESTEP_PORT")) as where,
            closing(listen("127.0.0.1", settings.metrics_port, "ONESTEP_METRICS_PORT")) as own,
        ):
            jobs = [work(app), serve(shown, where), serve(inside(app, counts), own)]
            jobs += [each.run() for each in pollers(app, wiring.polled(settings))]
            tasks = [asyncio.create_task(job) for job in jobs]
            ready.set()
            await ending.wait()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await close_channels(app)

    thread = threading.Thread(target=loop.run_until_complete, args=(whole(),), daemon=True)
    thread.start()
    assert ready.wait(30)
    if settings.public_url is not None:
        hook(app, settings)
    try:
        yield Whole(network, settings, app, bot)
    finally:
        if isinstance(bot, SlowBot):
            bot.free.set()
        loop.call_soon_threadsafe(ending.set)
        thread.join(40)
        loop.close()
        app.db.close()


def hook(app, settings):
    """Has Telegram post to this service."""
    telegram: Telegram = app.channels["telegram"]

    async def doing():
        url = settings.public_url + telegram.path
        await telegram.connection.bot().set_webhook(url, secret_token=SECRET)
        await telegram.close()

    asyncio.run(doing())
