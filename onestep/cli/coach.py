"""`onestep coach`: by which ways each coach is told."""

from typing import TYPE_CHECKING, Annotated

import typer

from onestep.cli.errors import NotReady
from onestep.cli.say import console

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onestep.services.coach_ways import Told

commands = typer.Typer(no_args_is_help=True, help="By which ways coaches are told.")

Name = Annotated[str | None, typer.Argument(help="The coach's name, as clients read it")]
Add = Annotated[
    list[str] | None,
    typer.Option(help="A way to tell them: sms:+447700900123 or email:ana@example.org"),
]
Remove = Annotated[list[str] | None, typer.Option(help="A way not to tell them by any more")]


@commands.callback()
def about() -> None:
    """By which ways coaches are told."""


@commands.command("ways")
def show_ways(name: Name = None, *, add: Add = None, remove: Remove = None) -> None:
    """Shows how each coach is told, or one of them; adds a way, or takes one away."""
    from datetime import UTC, datetime

    from onestep.cli.opened import database
    from onestep.services.coach_ways import add_way, everybody, remove_way
    from onestep.storage.audit import OPERATOR

    db, now = database(), datetime.now(UTC)
    if name is not None:
        coach = _the_one(everybody(db), name)
        for channel, value in map(_split, add or []):
            add_way(db, coach.coach_id, channel=channel, value=value, by=OPERATOR, now=now)
        for channel, value in map(_split, remove or []):
            remove_way(db, coach.coach_id, channel=channel, value=value, by=OPERATOR, now=now)
    elif add or remove:
        raise NotReady("Say whose way it is: `onestep coach ways NAME --add …`.")
    shown = everybody(db)
    for each in shown if name is None else [_the_one(shown, name)]:
        _show(each)


def _split(way: str) -> tuple[str, str]:
    channel, _, value = way.partition(":")
    return channel.strip().lower(), value.strip()


def _the_one(known: "Sequence[Told]", name: str) -> "Told":
    wanted = name.casefold()
    found = [each for each in known if wanted in {each.name.casefold(), each.coach_id.casefold()}]
    if not found:
        raise NotReady(f"There is no coach called {name}: check the spelling.")
    if len(found) > 1:
        those = ", ".join(each.coach_id for each in found)
        raise NotReady(f"There are several called {name}: say one of {those} in its place.")
    return found[0]


def _show(coach: "Told") -> None:
    _say(f"{coach.name}  {coach.coach_id}")
    for way in coach.ways:
        _say(f"    {way.channel}: {way.value}{' (takes no more messages)' if way.dead else ''}")
    if not any(not way.dead for way in coach.ways):
        _say("    nothing reaches them: an alert passes them by. `--add` gives them a way.")


def _say(line: str) -> None:
    console.print(line, markup=False, soft_wrap=True)
