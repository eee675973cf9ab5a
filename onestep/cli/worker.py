"""`onestep worker`: answers, sends, keeps the schedule, and asks the channels that are polled."""

import asyncio
from time import monotonic

from onestep import wiring
from onestep.cli.until_told import until_told
from onestep.dialogue import Answer, Asker, BotAway, Dialogue, Turn
from onestep.services.close_channels import close_channels
from onestep.services.polling import pollers
from onestep.settings import Settings
from onestep.worker import work

BOT_WITHIN = 20.0  # seconds a bot that was started with us may take until it answers
LOOK_EVERY = 0.2


async def run_worker(settings: Settings) -> None:
    """Works until told to end. Raises what wiring raises."""
    async with Dialogue(settings.bot_socket) as asker:
        patient = Patient(asker, seconds=min(BOT_WITHIN, settings.lease / 2))
        app = wiring.build_part(settings, patient)
        try:
            with (
                wiring.wakes(settings).heard(app.bells),
                wiring.bells_of_the_database(settings, app.bells, listens=True),
            ):
                asked = [poller.run() for poller in pollers(app, wiring.polled(settings))]
                await until_told(work(app), *asked)
        finally:
            await close_channels(app)


class Patient(Asker):
    """Waits for a bot that has only just been started, so that nobody is told that it is away."""

    def __init__(self, bot: Dialogue, *, seconds: float) -> None:
        """`seconds` from now; a turn waits no longer, and its lease must be longer still."""
        self._bot, self._until, self._there = bot, monotonic() + seconds, False

    async def turn(self, turn: Turn) -> Answer:
        """The bot's own answer. Raises DialogueError."""
        while not self._there and monotonic() < self._until:
            self._there = await self._answers()
        return await self._bot.turn(turn)

    async def _answers(self) -> bool:
        try:
            await self._bot.health()
        except BotAway:
            await asyncio.sleep(LOOK_EVERY)
            return False
        return True
