"""Plays conversations through the whole pipeline and the real sealed bot, and keeps what was said.

One bot serves a test session; each conversation has a database of its own. Ids are drawn from a
seed, so that the same words get the same wordings every time.
"""

import asyncio
import contextlib
import functools
import json
import os
import re
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from onestep import wiring
from onestep.cli.bot import bot
from onestep.cli.chat import NOW
from onestep.cli.events import Watcher
from onestep.cli.player import Player
from onestep.cli.start import Start, place_client
from onestep.content import ContentInForce, Line
from onestep.services.app import Clock
from onestep.settings import Settings
from onestep.storage import sealed, talk
from onestep.storage.models import (
    Address,
    Alert,
    CheckIn,
    Client,
    Command,
    ContactTerms,
    Conversation,
    Dialogue,
    Inbox,
    Message,
    Outbox,
    Turn,
)
from onestep.worker import until_idle
from tools.transcripts import rate_all, steady_ids

# Databases of a few seconds' life need no disk.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
QUOTED = re.compile(r"[“\"]([^”\"]+)[”\"]")


def _in(folder):
    return {"data": folder, "database": None, "key_file": None, "spool": None}


@dataclass
class Recorder:
    """Asks the bot, and keeps every request with its answer."""

    asker: object
    turns: list = field(default_factory=list)

    async def turn(self, asked):
        """The bot's answer; a failure is kept as such and raised."""
        try:
            answer = await self.asker.turn(asked)
        except Exception as fault:
            self.turns.append((asked, fault))
            raise
        self.turns.append((asked, answer))
        return answer


class Room:
    """One sealed bot and the loop it is asked from."""

    def __init__(self):
        self.runner = asyncio.Runner()
        self.run = self.runner.run
        self.settings = Settings.made_up()
        self._content = ContentInForce(self.settings.content, self.settings.language)
        self._bot = bot(self.settings)
        self.asker = self.run(self._bot.__aenter__())
        self._empty = Path(tempfile.mkdtemp(prefix="onestep-empty-", dir=MEMORY))
        wiring.prepare(self.settings.model_copy(update=_in(self._empty)))

    def close(self):
        """Ends the bot; a second time does nothing."""
        if self._empty is None:
            return
        self.run(self._bot.__aexit__(None, None, None))
        self.runner.close()
        shutil.rmtree(self._empty)
        self._empty = None

    @contextlib.contextmanager
    def talk(self, start=None, *, seed=0, terms=None):
        """A conversation with Sam, placed as `start` says."""
        recorder = Recorder(self.asker)
        with steady_ids(seed), tempfile.TemporaryDirectory(dir=MEMORY) as folder:
            shutil.copytree(self._empty, folder, dirs_exist_ok=True)
            own = self.settings.model_copy(update=_in(Path(folder)))
            app = wiring.build(
                own,
                recorder,
                lull=wiring.no_lull,
                clock=Clock(fixed=NOW),
                content=self._content,
            )
            try:
                client_id = place_client(app, start or Start())
                self.run(until_idle(app))
                watcher = Watcher(app, wiring.ledger(own.data), client_id)
                talk = Talk(self, Player(app, watcher), recorder)
                talk.agree(**terms or {})
                yield talk
            finally:
                app.db.close()


@functools.cache
def the_room():
    """The one room of this session, for every folder of tests that asks for it."""
    return Room()


@dataclass(frozen=True)
class Said:
    """What one step brought: the messages out, their utterances, commands, alerts, contact."""

    texts: tuple
    keys: tuple
    commands: tuple
    alerts: tuple
    asks: str | None
    contact: str
    to_coach: tuple = ()


class Talk:
    """One conversation: steps in, what was said out, and the whole of it as lines."""

    def __init__(self, room, player, recorder):
        self.room, self.player, self.recorder = room, player, recorder
        self.app, self.watcher = player.app, player.watcher
        self.client_id = self.watcher.client_id
        self.sent = []
        self._seen = ""
        self.opening = self._news()

    def agree(self, **terms):
        """Changes the client's terms, as coach and client might have."""
        with self.app.db.write() as session:
            row = session.get_one(ContactTerms, self.client_id)
            for name, value in terms.items():
                setattr(row, name, value)

    def rated(self):
        """Every area has been rated lately: none is due."""
        rate_all(self.app, self.client_id)

    def step(self, **step):
        """Plays one line of a script and returns what it brought."""
        if isinstance(step.get("client"), str):
            self.sent.append(step["client"])
        elif "client" in step:
            self.sent += step["client"]
        self.room.run(self.player.line(json.dumps(step), "step"))
        return self._news()

    def say(self, *texts):
        """The client writes; several texts are a burst."""
        return self.step(client=texts[0] if len(texts) == 1 else list(texts))

    def due(self):
        """A check-in is due."""
        return self.step(event="check_in_due")

    def open_prompt(self):
        """What is asked at the moment, with its choices; None when nothing is."""
        with self.app.db.read() as session:
            found = talk.open_prompt(session, self.client_id)
            return found and (found.asks, tuple(one["key"] for one in found.choices))

    def _news(self):
        events = self.watcher.news()
        with self.app.db.read() as session:
            rows = self._rows(
                session, Message, Message.id > self._seen, Message.direction == "out"
            )
            keys = [one["say"] for row in rows if _went(session, row) for one in row.said or []]
            if rows:
                self._seen = rows[-1].id
        prompt = self.open_prompt()
        return Said(
            texts=tuple(e["text"] for e in events if e.get("to") == "client"),
            keys=tuple(keys),
            commands=tuple(e["command"] for e in events if "command" in e),
            alerts=tuple(e["alert"] for e in events if "alert" in e),
            asks=prompt and prompt[0],
            contact=self.watcher.contact(),
            to_coach=tuple(e["text"] for e in events if e.get("to") == "coach"),
        )

    def _rows(self, session, model, *where):
        return session.scalars(
            select(model).where(model.client_id == self.client_id, *where).order_by(model.id)
        ).all()

    def read(self, model, *where):
        """The rows of one table, oldest first."""
        with self.app.db.read() as session:
            return self._rows(session, model, *where)

    def refused(self):
        """The commands the application would not apply, with its reason."""
        with self.app.db.read() as session:
            rows = session.scalars(select(Command).where(Command.refused.is_not(None))).all()
            return [(row.name, row.refused) for row in rows]

    def lines(self, *, hard=()):
        """The conversation as the conduct checks want it; `hard` are texts that tell of pain."""
        with self.app.db.read() as session:
            discreet = session.get_one(ContactTerms, self.client_id).discreet
            rows = self._rows(session, Message, Message.channel != "story")
            rows.sort(key=lambda row: (row.at, row.id))
            written = [sealed.message_text(session, row) for row in rows if row.direction == "in"]
            return [
                _line(session, row, written, hard, discreet) for row in rows if _went(session, row)
            ]


def _went(session, row):
    """Whether a message reached a phone; what came in always counts."""
    if row.direction == "in":
        return True
    out = session.scalar(select(Outbox).where(Outbox.message_id == row.id))
    return out is not None and out.state == "sent"


def _line(session, row, written, hard, discreet):
    text = sealed.message_text(session, row)
    if row.direction == "in":
        flagged = row.screen_level in {"now", "unread"}
        return Line(
            "client", text, at=row.at, channel=row.channel, flagged=flagged, hard=text in hard
        )
    keys = tuple(one["say"] for one in row.said or [])
    return Line(
        "coach" if row.coach_id else "bot",
        text,
        at=row.at,
        keys=keys,
        quoted=tuple(_quoted(text, written)),
        channel=row.channel,
        discreet=discreet,
        started=row.kind == "check_in",
    )


def _quoted(text, written):
    """The client's words in quotation marks: exact stretches of something they wrote."""
    for quote in QUOTED.findall(text):
        if any(quote in whole or quote in whole.replace("’", "'") for whole in written):
            yield quote


def failures(talk):
    """Everything that makes a turn a failed one, in words a developer can act on."""
    found = [
        f"the bot failed: {type(answer).__name__}"
        for _, answer in talk.recorder.turns
        if isinstance(answer, Exception)
    ]
    found += [f"refused {name}: {why}" for name, why in talk.refused()]
    found += [f"turn by {row.by}" for row in talk.read(Turn) if row.by == "fallback"]
    found += [
        f"a queue row of kind {row.kind} is {row.state}"
        for row in talk.read(Inbox)
        if row.state != "done" and row.attempts
    ]
    found += [
        f"a message is {row.state}: {row.reason}"
        for row in talk.read(Outbox)
        if row.state in {"failed", "uncertain"}
    ]
    return found + _uncovered(talk) + _lost(talk)


def _uncovered(talk):
    """Each inbound message is covered by exactly one turn."""
    turns = {row.id for row in talk.read(Turn)}
    incoming = talk.read(Message, Message.direction == "in", Message.channel != "story")
    return [
        f"a message of {row.at} is covered by no turn"
        for row in incoming
        if row.turn_id not in turns
    ]


def _lost(talk):
    """What was sent is what was stored, byte for byte and in order, in the record or apart."""
    with talk.app.db.read() as session:
        theirs = select(Address.id).where(Address.client_id == talk.client_id)
        rows = session.scalars(
            select(Message)
            .where(Message.address_id.in_(theirs), Message.direction == "in")
            .where(Message.kind == "text")
            .order_by(Message.id)
        ).all()
        stored = [
            sealed.message_text(session, row).encode("utf-8", "surrogatepass") for row in rows
        ]
    sent = [text.encode("utf-8", "surrogatepass") for text in talk.sent]
    return [] if stored == sent else [f"{len(sent)} texts sent, {len(stored)} stored, or changed"]


__all__ = [
    "Alert",
    "CheckIn",
    "Client",
    "Conversation",
    "Dialogue",
    "Recorder",
    "Room",
    "Said",
    "Start",
    "Talk",
    "failures",
    "steady_ids",
]
