"""`onestep web`: the pages, the webhooks and, for this machine alone, the counts."""

import asyncio
from contextlib import closing

from onestep import wiring
from onestep.cli.until_told import until_told
from onestep.dialogue import Dialogue
from onestep.services.app import App
from onestep.services.close_channels import close_channels
from onestep.services.made_up import add_stories
from onestep.settings import Settings
from onestep.storage.models import Client
from onestep.web.counts import Counts
from onestep.web.inside import inside
from onestep.web.pages import pages
from onestep.web.server import listen, serve

LOOPBACK = "127.0.0.1"


async def run_web(settings: Settings) -> None:
    """Serves until told to end. Raises PortTaken, and what wiring raises."""
    with (
        closing(listen(settings.host, settings.port, "ONESTEP_PORT")) as public,
        closing(listen(LOOPBACK, settings.metrics_port, "ONESTEP_METRICS_PORT")) as own,
    ):
        async with Dialogue(settings.bot_socket) as asker:
            app, counts = wiring.build_part(settings, asker), Counts()
            if settings.demo:
                await asyncio.to_thread(_tell_stories, app)
            shown = pages(app, settings, wiring.ledger(settings.data), counts)
            try:
                told = inside(app, counts, polled=wiring.polled(settings))
                with wiring.bells_of_the_database(settings, app.bells, listens=False):
                    await until_told(serve(shown, public), serve(told, own))
            finally:
                await close_channels(app)


def _tell_stories(app: App) -> None:
    with app.db.read() as session:
        if session.query(Client).first() is not None:
            return
    add_stories(app)
