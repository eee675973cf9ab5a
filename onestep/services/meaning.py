"""What a message is in its client's queue: talk, an answer or a command, and when it is due."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from channels.base import Inbound
from onestep.domain.choices import Choice, bare_number, choose
from onestep.domain.lull import Arrival, ArrivalKind, Lull, due_at
from onestep.domain.words import Command, parse_command
from onestep.domain.words_table import Word
from onestep.safety import Request
from onestep.services.quick_exit import says_exit
from onestep.storage import talk
from onestep.storage.models import Outbox, Prompt

# What the step beside the screen hears in plain words counts as the command itself, in every
# state and with the bot down.
ASKED_PLAINLY = {
    Request.STOP: Word.STOP,
    Request.PAUSE: Word.PAUSE,
    Request.RESUME: Word.RESUME,
    Request.HUMAN: Word.COACH,
    Request.HELP: Word.HELP,
}


def meaning(
    session: Session, client_id: str, inbound: Inbound, request: Request, *, alone: bool
) -> tuple[str, dict[str, object]]:
    """The kind and the body of the row by which this message waits for its turn.

    `alone`: no text waits before it, so that a number may answer the open question.
    """
    if inbound.kind == "choice":
        return "choice", {"prompt": inbound.prompt, "key": inbound.key, "pressed": True}
    if says_exit(session, client_id, inbound.text):
        return "command", {"command": Word.QUICK_EXIT.value}
    command = parse_command(inbound.text, inbound.channel)
    if command is not None and not command.for_bot:
        return "command", _command_body(command)
    prompt = talk.open_prompt(session, client_id)
    if prompt is not None and alone:
        offered = [Choice(choice["key"], choice["label"]) for choice in prompt.choices]
        key = choose(inbound.text, offered)
        if key is not None:
            # A number sent again before the next question is out was not meant for that one.
            stray = bare_number(inbound.text) is not None and _waits_to_go_out(session, prompt)
            return "choice", {"prompt": None if stray else prompt.id, "key": key, "pressed": False}
    if request in ASKED_PLAINLY:
        return "command", {"command": ASKED_PLAINLY[request].value}
    return "text", {}


def _waits_to_go_out(session: Session, prompt: Prompt) -> bool:
    """Whether nobody can have read this question yet."""
    ready = exists().where(
        Outbox.client_id == prompt.client_id,
        Outbox.state == "ready",
        Outbox.message_id == prompt.message_id,
    )
    return bool(session.scalar(select(ready)))


def _command_body(command: Command) -> dict[str, object]:
    # Date words are the client's; they stay in the message and are read again from there.
    return {"command": command.word.value, "has_rest": bool(command.rest)}


def when_the_lull_is(came_at: list[datetime], *, kind: str, at: datetime, lull: Lull) -> datetime:
    """When the burst is over that ends with a row of this kind, behind texts that came before it.

    They fall due with it. A command ends it at once.
    """
    arrivals = [Arrival(came, ArrivalKind.TEXT) for came in came_at]
    ends = {"command": ArrivalKind.COMMAND, "choice": ArrivalKind.CHOICE}
    return due_at([*arrivals, Arrival(at, ends.get(kind, ArrivalKind.TEXT))], lull)
