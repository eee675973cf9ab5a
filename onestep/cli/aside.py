"""`onestep aside`: shows what providers brought and nobody could take in."""

import sys

import typer

from onestep.cli.say import console

commands = typer.Typer(help="Shows what providers brought and nobody could take in.")

REASONS = {
    "unreadable": "It is not what its provider's documents promise.",
    "no_place": "It was read, and nothing is done yet about what is of this kind.",
    "failed": "It was read, and a fault of ours met it: please report that fault.",
}
SHOWN = 50


@commands.callback(invoke_without_command=True)
def show_all(context: typer.Context) -> None:
    """Lists what is kept aside, the newest first, without any of it."""
    if context.invoked_subcommand is not None:
        return
    from onestep.cli.opened import database
    from onestep.services.set_aside import kept_aside

    found = kept_aside(database(), limit=SHOWN)
    for each in found:
        _say(f"{each.id}  {each.channel}, {each.size} bytes, {each.at:%d %B %Y %H:%M}")
        _say(f"    {REASONS.get(each.reason, each.reason)}")
    if found:
        _say("Somebody's words may be in there: `onestep aside show ID` prints one as it came.")
    else:
        _say("Nothing is kept aside: all that came could be taken in.")


@commands.command()
def show(id: str) -> None:
    """Prints one thing as it came; somebody's words may be in it."""
    from onestep.cli.opened import database
    from onestep.services.set_aside import opened

    sys.stdout.buffer.write(opened(database(), id))
    sys.stdout.flush()


@commands.command()
def done(id: str) -> None:
    """Throws one away, once a person has seen to it."""
    from onestep.cli.opened import database
    from onestep.services.set_aside import throw_away

    throw_away(database(), id)
    _say("It is gone.")


def _say(line: str) -> None:
    console.print(line, markup=False)
