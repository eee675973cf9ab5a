"""`onestep lead`: a link by which a lead sets up how they sign in; the first has nobody to ask."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from onestep.cli.say import console
from onestep.settings import Settings

Name = Annotated[str, typer.Argument(help="The lead's first name, as clients may read it")]


def lead(name: Name) -> None:
    """Prints a link for a lead: the first one, or one who has lost phone or password."""
    from onestep.cli.opened import database
    from onestep.services.accounts import GOOD_FOR, link_for_lead

    now = datetime.now(UTC)
    token = link_for_lead(database(), name, now=now)
    until = f"{now + GOOD_FOR:%-d %B, %H:%M} UTC"
    _say(f"{name} opens {begin_at(Settings())}/begin/{token}")
    _say(f"It works once, until {until}, and is shown only now. Who has it can read everything:")
    _say("hand it over yourself, and send it through nothing that others read.")


def begin_at(settings: Settings) -> str:
    """The address of the pages, without the stroke at its end."""
    return (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")


def _say(line: str) -> None:
    console.print(line, markup=False)
