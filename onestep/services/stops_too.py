"""STOP beside danger in one message: the danger is answered and rings, and contact stops, too."""

import re
from datetime import datetime

from sqlalchemy.orm import Session

from channels.base import Inbound
from onestep.domain.words import Channel, parse_command
from onestep.domain.words_table import Word
from onestep.safety import Level, Request, ScreenContext, Verdict, screen
from onestep.services.overtaken import is_overtaken
from onestep.storage import inbox

_PARTS = re.compile(r"[.!?;:,\n]+|\s[-\u2013\u2014]+\s")


def stops_too(text: str, context: ScreenContext) -> bool:
    """Whether a message that tells of danger says STOP as well, at its beginning or its end.

    Only in words that mean nothing else: "end" and "quit" beside danger may mean a life.
    """
    parts = [part for part in _PARTS.split(text) if part.strip()]
    return any(_stop(part, context) for part in {*parts[:1], *parts[-1:]})


def put_stop(
    session: Session,
    client_id: str,
    inbound: Inbound,
    verdict: Verdict,
    *,
    now: datetime,
    message_id: str | None = None,
) -> None:
    """Where danger came with a STOP, queues it behind the answer, which goes out all the same."""
    if verdict.level is not Level.NOW or verdict.request is not Request.STOP:
        return
    if is_overtaken(session, client_id, Word.STOP.value, inbound, now=now):
        return
    inbox.put(
        session,
        client_id=client_id,
        kind="command",
        now=now,
        due_at=now,
        message_id=message_id,
        body={"command": Word.STOP.value},
    )


def _stop(part: str, context: ScreenContext) -> bool:
    command = parse_command(part, Channel.TELEGRAM)  # there the ambiguous words are asked about
    if command is not None:
        return command.word is Word.STOP
    return screen(part, context).request is Request.STOP
