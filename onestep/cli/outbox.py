"""`onestep outbox`: shows what of the messages needs a person, and takes what the person says."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from onestep.cli.say import console

if TYPE_CHECKING:
    from onestep.services.outbox_by_hand import Held, Shown

commands = typer.Typer(
    help="Shows messages that failed or may not have arrived, and settles them."
)

KINDS = {
    "check_in": "a check-in",
    "pause_over": "the question after a pause",
    "reply": "an answer",
    "confirmation": "a confirmation",
    "stop_confirmation": "the last line after STOP",
    "concern_reply": "the reply to danger",
    "hand_off_notice": "a line about a hand-off",
    "relay": "a coach's words",
    "alert": "an alert",
}
REASONS = {
    "no_answer": "It may have gone: the provider did not answer in time.",
    "sender_died": "It may have gone: the service stopped while it was being sent.",
    "not_known": "It may have gone: the provider could not say, however often it was asked.",
    "not_sent": "It did not go: the provider could not be reached, or only too late.",
    "refused": "It did not go: the provider does not take it as it is.",
    "gone": "It did not go: the address is blocked, dead or has opted out.",
    "not_delivered": "It did not arrive: the provider says that it failed on the way.",
    "same_text": "It was held back: the same words had gone to them five times in five minutes.",
    "unreadable": "It could not be opened: is the key file the one it was written with?",
}


class Became(StrEnum):
    """What a person found out about a message."""

    SENT = "sent"
    NOT_SENT = "not-sent"


@commands.callback(invoke_without_command=True)
def show(
    context: typer.Context,
    *,
    words: Annotated[
        bool, typer.Option("--words", help="Show also whom it is for and what it says")
    ] = False,
) -> None:
    """Lists what needs a person. Without --words no name and nothing that was written is shown."""
    if context.invoked_subcommand is not None:
        return
    from onestep.cli.opened import database
    from onestep.services import outbox_by_hand as by_hand

    db = database()
    waiting, messages = by_hand.held(db), by_hand.for_a_person(db, words=words)
    for each in waiting:
        _show_held(each)
    for message in messages:
        _show(message)
    if not (waiting or messages):
        console.print("Nothing needs a person: every message has gone or waits its turn.")


@commands.command()
def settle(id: str, became: Became) -> None:
    """Says that a message was sent, or was not: then it is listed no more."""
    from onestep.cli.opened import database
    from onestep.services import outbox_by_hand as by_hand

    by_hand.settle(database(), id, sent=became is Became.SENT, now=datetime.now(UTC))
    console.print("Noted.")


@commands.command()
def resend(id: str) -> None:
    """Sends a message once more, if the client still wants to be written to."""
    from onestep.cli.opened import database
    from onestep.services import outbox_by_hand as by_hand

    by_hand.send_again(database(), id, now=datetime.now(UTC))
    console.print("It goes out again.")


@commands.command()
def resume(what: Annotated[str, typer.Argument(help="telegram, sms or clock")]) -> None:
    """Lets a channel that is held go on at once; or everything, after the clock has jumped."""
    from onestep.cli.opened import database
    from onestep.services import outbox_by_hand as by_hand

    by_hand.resume(database(), what, now=datetime.now(UTC))
    console.print("It goes on.")


def _show_held(held: "Held") -> None:
    if held.what == "clock":
        _say(
            f"Nothing but alerts goes out since {_moment(held.since)}: the clock of this machine "
            f"jumped ({held.detail}). {_waiting(held.waiting)}"
        )
        _say("    Put the clock right, then say `onestep outbox resume clock`.")
    else:
        _say(
            f"{held.what} is held since {_moment(held.since)}: the provider refuses our account, "
            f"token or sender. {_waiting(held.waiting)}"
        )
        _say(f"    Put that right, then say `onestep outbox resume {held.what}`.")


def _show(message: "Shown") -> None:
    to = f" to {message.called}" if message.called else ""
    kind = KINDS.get(message.kind, message.kind)
    _say(f"{message.id}  {message.channel}, {kind}{to}, {_moment(message.at)}")
    for line in (message.words or "").splitlines():
        _say(f"    | {line}")
    reported = f"It did not arrive: the provider reports {message.reason}."
    _say(f"    {REASONS.get(message.reason, reported)}")
    if message.asked_again:
        _say("    It is a question, and is asked again by itself when they next write.")
    if message.state == "uncertain":
        _say(
            f"    See whether it arrived: `onestep outbox settle {message.id} sent`, or not-sent."
        )
    else:
        _say(f"    To let it be: {settle} not-sent`.")
    _say(f"    To send it once more: `onestep outbox resend {message.id}`.")


def _waiting(count: int) -> str:
    return {0: "Nothing waits.", 1: "One message waits."}.get(count, f"{count} messages wait.")


def _moment(at: datetime) -> str:
    return f"{at:%-d %B %Y, %H:%M} UTC"


def _say(line: str) -> None:
    console.print(line, markup=False)
