"""The whole service on the Telegram of the tests: its loops, its polling or webhook, its sends.

It runs as it does for real clients; only the bot answers by a rule. The ledger of the Bot API
server is the judge of what reached a phone.
"""

import asyncio
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from channels.telegram import Telegram
from onestep import wiring
from onestep.settings import Settings
from onestep.storage import clients
from tests.channels.bot_api.running import wait_until
from tests.channels.peers.process import free_port
from tests.channels.serving import add_client, built, serving
from tests.channels.telegram.conftest import SECRET
from tests.services.world import ScriptedBot, World

SAM, KIT = 4101, 4102


def given_for(network, folder, mode, **more):
    """What a service on this Telegram is given, by either way."""
    port = free_port()
    hook = {"telegram_webhook_secret": SECRET, "public_url": f"http://127.0.0.1:{port}"}
    return {
        "data": str(folder / "var"),
        "port": port,
        "metrics_port": free_port(),
        "telegram_token": network.token,
        "telegram_api": network.url,
        "telegram_mode": mode,
        **(hook if mode == "webhook" else {}),
        "send_timeout": 5,
        **more,
    }


def settings_for(network, folder, mode, **more):
    """The same as settings."""
    return Settings(**given_for(network, folder, mode, **more))


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
        self.ids[chat] = add_client(
            self.app.db,
            now=self.app.clock(),
            channel="telegram",
            phone=str(chat),
            called=called,
            **more,
        )
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
    bot = bot or ScriptedBot()
    app = replace(built(settings, made, bot, clock=clock, lull=lull), **more)
    with serving(app, settings):
        if settings.public_url is not None:
            hook(app, settings)
        try:
            yield Whole(network, settings, app, bot)
        finally:
            if isinstance(bot, SlowBot):
                bot.free.set()
            if settings.public_url is not None:  # or it posts into a service that is ending
                network.do("unhook")


def hook(app, settings):
    """Has Telegram post to this service."""
    telegram: Telegram = app.channels["telegram"]

    async def doing():
        url = settings.public_url + telegram.path
        await telegram.connection.bot().set_webhook(url, secret_token=SECRET)
        await telegram.close()

    asyncio.run(doing())
