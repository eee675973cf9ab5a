"""The commands; each is one function that reads its arguments and hands over."""

import asyncio
import contextlib
import sys
from pathlib import Path
from typing import Annotated

import typer

from onestep.cli import aside, coach, invite, lead, outbox, say
from onestep.settings import Settings, forget_secrets

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Onestep keeps a conversation going between coaching sessions.",
)
app.add_typer(outbox.commands, name="outbox")
app.add_typer(aside.commands, name="aside")
app.add_typer(coach.commands, name="coach")
app.command()(invite.invite)
app.command()(invite.relink)
app.command()(lead.lead)


def main() -> None:
    """Runs one command; an error we know ends in one sentence and exit code 1."""
    try:
        app()
    except Exception as error:
        if not isinstance(error, say.known_errors()):
            raise
        say.error(error)
        sys.exit(1)


@app.command()
def serve(
    *, demo: Annotated[bool, typer.Option(help="Made-up clients, simulated phones")] = False
) -> None:
    """Runs web, worker and bot in one process tree, until Ctrl-C."""
    from onestep.cli.serve import serve_all

    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is how a person ends it: no fault
        asyncio.run(serve_all(_settings(demo=demo)))


@app.command()
def web() -> None:
    """Runs the pages and the webhooks alone; serve runs them with the other parts."""
    from onestep.cli.web import run_web

    asyncio.run(run_web(_settings()))


@app.command()
def worker() -> None:
    """Runs alone what answers, sends and keeps the schedule; serve runs it with the others."""
    from onestep.cli.worker import run_worker

    asyncio.run(run_worker(_settings()))


@app.command()
def bot() -> None:
    """Runs the sealed bot alone; serve runs it with the other parts."""
    from onestep.cli.bot import run_bot

    asyncio.run(run_bot(_settings()))


@app.command()
def migrate() -> None:
    """Makes the database, or brings it up to date; makes the keys when there are none."""
    from onestep.cli.upkeep import bring_up_to_date

    bring_up_to_date(_settings())


@app.command()
def check() -> None:
    """Says what is configured, what is missing and what is wrong: settings, keys, content, bot."""
    from onestep.cli.inventory import take_inventory

    settings = Settings()
    found = take_inventory(settings, from_variables=forget_secrets())
    for line in found.lines:
        say.console.print(line, markup=False)
    for fault in found.wrong:
        say.error(fault)
    if found.wrong:
        sys.exit(1)
    say.console.print("Settings and content are in order.")


@app.command()
def telegram() -> None:
    """Checks the Telegram token, sets how messages come in, the menu and the description."""
    from onestep.cli.telegram import set_up

    if not set_up(_settings()):
        sys.exit(1)


@app.command()
def twilio() -> None:
    """Checks the Twilio account, and has the number's texts and calls come to us."""
    from onestep.cli.twilio import set_up

    if not set_up(_settings()):
        sys.exit(1)


@app.command()
def screen(
    *, json: Annotated[bool, typer.Option("--json", help="JSON lines in and out")] = False
) -> None:
    """Screens lines from standard input for concern."""
    from onestep.cli.screen import screen_stdin

    sys.exit(screen_stdin(json_lines=json))


@app.command()
def chat(
    *,
    channel: Annotated[str, typer.Option(help="telegram or sms")] = "telegram",
    script: Annotated[list[Path] | None, typer.Option(help="Play this file of JSON lines")] = None,
    json: Annotated[bool, typer.Option("--json", help="Every line out is JSON")] = False,
    new: Annotated[bool, typer.Option("--new", help="Start before first contact")] = False,
    state: Annotated[str, typer.Option(help="paused, stopped, ended or hand-off")] = "active",
    ask: Annotated[
        str | None, typer.Option(help="Start with this question open, such as Q8")
    ] = None,
    discreet: Annotated[
        bool, typer.Option("--discreet", help="Wording for a shared phone")
    ] = False,
    language: Annotated[str, typer.Option(help="Language of the conversation")] = "en",
    lull: Annotated[float, typer.Option(help="Seconds a burst may pause")] = 0,
) -> None:
    """Talks in the terminal as Sam, a made-up client, on a throw-away database."""
    from onestep.cli.chat import run_chat
    from onestep.cli.start import Start

    start = Start(
        channel=channel,
        new=new,
        state=state,
        ask=ask,
        discreet=discreet,
        language=language,
        lull=lull,
    )
    with contextlib.suppress(KeyboardInterrupt):  # as in serve
        sys.exit(asyncio.run(run_chat(start, scripts=script or [], as_json=json)))


def _settings(*, demo: bool = False) -> Settings:
    settings = Settings(demo=True) if demo else Settings()
    forget_secrets()
    return settings
