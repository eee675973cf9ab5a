"""How somebody can join: looked up before a code is made, shown once it is."""

import asyncio
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from onestep import wiring_channels
from onestep.cli.errors import NotReady
from onestep.cli.say import console
from onestep.settings import Settings

if TYPE_CHECKING:
    from segno import QRCode

# Words to read a code out by, over a telephone: the international spelling alphabet.
_LETTERS = """
    Bravo Charlie Delta Foxtrot Golf Hotel Juliett Kilo Mike November Papa Quebec Romeo Sierra
    Tango Victor Whiskey X-ray Yankee Zulu
"""
_NUMBERS = {"2": "two", "3": "three", "4": "four", "5": "five", "6": "six", "7": "seven"}
SPELLED = {word[0]: word for word in _LETTERS.split()} | _NUMBERS | {"8": "eight", "9": "nine"}


@dataclass(frozen=True)
class Ways:
    """How somebody can join: the bot's name, the number that takes texts; or why not."""

    bot: str | None
    number: str | None
    why_not: tuple[str, ...]


def ways_to_join(settings: Settings) -> Ways:
    """Looked up before anything is kept: a code that nobody can use helps nobody.

    Raises NotReady where neither Telegram nor SMS is set up.
    """
    bot, why_not = asyncio.run(_bot(settings)) if settings.telegram else (None, ())
    texts = settings.twilio or settings.kannel
    number = texts.from_number if texts else None
    if not (settings.telegram or texts or settings.demo):
        raise NotReady("Nobody can join yet: set up Telegram or SMS first (README, .env.example).")
    if settings.twilio and number is None:
        number = "the number of your messaging service"
    return Ways(bot, number, why_not)


async def _bot(settings: Settings) -> tuple[str | None, tuple[str, ...]]:
    checked = await wiring_channels.look_at_telegram(settings)
    wrong = () if checked.username else tuple(each.says for each in checked.findings)
    return checked.username, wrong


def show(
    ways: Ways, code: str, until: datetime, called: str, *, picture: Path | None = None
) -> None:
    """Prints the link, its picture and the code, which are shown this once.

    `picture`: the file to put the picture in as well. Raises NotReady when it cannot be written.
    """
    shown = f"{code[:4]} {code[4:]}"
    if ways.bot is not None:
        import segno

        link = f"https://t.me/{ways.bot}?start={code}"
        made = segno.make(link, error="m")
        made.terminal(sys.stdout, border=2, compact=True)
        _say(f"On Telegram, {called} opens {link} (or scans this) and presses Start.")
        if picture is not None:
            _save(made, picture)
    for why in ways.why_not:
        _say(f"There is no link yet: {why}")
    if ways.number is not None:
        _say(f"By text, {called} sends {shown} to {ways.number}.")
    _say(f"The code is {shown}. It works once, until {until:%-d %B %Y}, and is shown only now.")
    _say(f"To read it out: {', '.join(SPELLED[letter] for letter in code)}.")


def check_picture(picture: Path | None) -> None:
    """Raises NotReady for a file that is no picture, or stands in no folder."""
    if picture is None:
        return
    if picture.suffix not in {".png", ".svg"} or not picture.absolute().parent.is_dir():
        raise NotReady("--qr wants a file in a folder there is, that ends in .png or .svg.")


def _save(made: "QRCode", picture: Path) -> None:
    try:
        made.save(str(picture), scale=8, border=4)
    except OSError as fault:
        raise NotReady(
            f"The picture could not be written to {picture}: {fault.strerror}."
        ) from None
    _say(f"The picture is in {picture}. Delete it when they have joined: it is the code.")


def _say(line: str) -> None:
    console.print(line, markup=False)
