"""`onestep telegram`: checks the bot's token, sets how updates come, its menu and description."""

import asyncio

from onestep import wiring_channels
from onestep.cli.errors import NotReady
from onestep.cli.say import console, errors
from onestep.content import load
from onestep.settings import Settings

# Anybody who finds the bot reads these: they say nothing of who its clients are.
MENU = {
    "help": "Who this is, and numbers to ring",
    "pause": "Have a break",
    "resume": "Carry on after a break",
    "coach": "Ask for a person",
    "mywords": "What you wrote",
    "settings": "How often, and when",
    "stop": "No more messages",
}
DESCRIPTION = (
    "This is a computer program that writes for {service}. You need a code from the person you "
    "meet there: open the link they gave you, or send the code here. It isn’t watched all the "
    "time. If it can’t wait, ring 999."
)
SHORT = "Writes for {service} to people who have asked for it."


def set_up(settings: Settings) -> bool:
    """Makes the bot ready to be written to and says what was found; false when that is wrong.

    Raises NotReady when no token is set.
    """
    if settings.telegram is None:
        raise NotReady(
            "There is no Telegram token: ask @BotFather for one, and set ONESTEP_TELEGRAM_TOKEN."
        )
    service = load(settings.content, settings.language).service.name
    found = asyncio.run(
        wiring_channels.set_up_telegram(
            settings,
            MENU,
            description=DESCRIPTION.format(service=service),
            short_description=SHORT.format(service=service),
        )
    )
    for finding in found:
        where = console if finding.fine else errors
        where.print(finding.says, markup=False, soft_wrap=True)
    return all(finding.fine for finding in found)
