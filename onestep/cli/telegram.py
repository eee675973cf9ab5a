"""`onestep telegram`: checks the bot's token, sets how updates come, its menu and description."""

import asyncio

from onestep import wiring_channels
from onestep.cli.errors import NotReady
from onestep.cli.say import findings
from onestep.content import load
from onestep.settings import Settings


def set_up(settings: Settings) -> bool:
    """Makes the bot ready to be written to and says what was found; false when that is wrong.

    Raises NotReady when no token is set.
    """
    if settings.telegram is None:
        raise NotReady(
            "There is no Telegram token: ask @BotFather for one, and set ONESTEP_TELEGRAM_TOKEN."
        )
    content = load(settings.content, settings.language)
    said = content.menu.of(content.service.name)
    found = asyncio.run(
        wiring_channels.set_up_telegram(
            settings,
            said.commands,
            description=said.description,
            short_description=said.short_description,
        )
    )
    return findings(found)
