"""A whole service on a real database, with a bot one method wide and a clock that stands still."""

import asyncio
import shutil
import threading
from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import select

from channels.base import Inbound
from channels.ledger import Ledger
from channels.simulator import Simulator
from onestep import dialogue
from onestep.domain.lull import NONE
from onestep.services.app import App, Clock
from onestep.services.receive import receive
from onestep.storage import clients, sealed
from onestep.storage.clients import NewTerms
from onestep.storage.database import Database, sqlite_url
from onestep.storage.invites import agree_safe_contact
from onestep.storage.models import Client, Coach, Inbox, Message, Outbox, Turn
from onestep.storage.spool import Spool
from onestep.worker import until_idle

A_WEDNESDAY = datetime.fromisoformat("2026-03-04T10:30:00+00:00")  # half past ten on the wall too
SAM = "1001"


def answer_to(turn, *, say=(), commands=(), asks=None, choices=(), area=None, carried=None):
    """An answer of the bot: these utterances, the last of them asking `asks`.

    `carried` gives the command that the choice of a key stands for.
    """
    prompt = dialogue.Prompt(f"{turn.turn_id}:{asks}", asks, area) if asks else None
    offers = tuple(dialogue.Offer(key, carried(key) if carried else None) for key in choices)
    values = {"area": area} if area else {}
    replies = tuple(dialogue.Reply(key, {}, 0, None, ()) for key in say[:-1])
    last = tuple(dialogue.Reply(key, values, int(bool(asks)), prompt, offers) for key in say[-1:])
    return dialogue.Answer(
        turn_id=turn.turn_id,
        model="sha256:made-up",
        replies=(*replies, *last),
        commands=tuple(commands),
        state={"slots": {}},
        understood=dialogue.Understood("share_noticing", 0.9),
    )


EVENTS = {
    "first_contact": {"say": ["first_what", "first_who_reads", "first_cost_begin"]},
    "check_in_due": {"say": ["ask_better"], "asks": "better"},
    "pause_over": {"say": ["start_again"], "asks": "start_again", "choices": ["yes", "not_yet"]},
    "hand_off_closed": {"say": ["hand_off_closed"]},
}


def by_rule(turn):
    """Each text is a noticing and is asked about; each event says what belongs to it."""
    if isinstance(turn.input, dialogue.Texts):
        refs = [message.ref for message in turn.input.messages]
        kept = {"command": "record_noticing", "words": refs, "by": "self"}
        return answer_to(turn, say=["ask_how"], asks="how", commands=[kept])
    if isinstance(turn.input, dialogue.Happened):
        return answer_to(turn, **EVENTS.get(turn.input.event.value, {"say": ["chat"]}))
    return answer_to(turn, say=["receipt_plain"])


class ScriptedBot:
    """Keeps what it was asked, answers by a rule, and is away when told to be."""

    def __init__(self, rule: Callable = by_rule) -> None:
        self.rule, self.heard, self.fault, self.asked = rule, [], None, 0

    async def turn(self, turn):
        """One turn, as the sealed bot would answer it."""
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        self.heard.append(turn)
        return self.rule(turn)

    def texts(self):
        """The texts of every turn, joined turn by turn."""
        told = [turn.input for turn in self.heard if isinstance(turn.input, dialogue.Texts)]
        return [[message.text for message in each.messages] for each in told]


AWAY = dialogue.BotAway("away")


class Writing(threading.local):
    """How many transactions this thread has open."""

    depth = 0


class Watched(Database):
    """Knows of each thread whether it writes."""

    def __init__(self, *given, **more) -> None:
        self.writing = Writing()
        super().__init__(*given, **more)

    @contextmanager
    def write(self, **more):
        """As the database does it."""
        with super().write(**more) as session:
            self.writing.depth += 1
            try:
                yield session
            finally:
                self.writing.depth -= 1

    def heard(self, bell) -> None:
        """Who is woken before the commit finds nothing, and sleeps on (R7)."""
        assert not self.writing.depth, f"the bell {bell} was rung inside a transaction"


class World:
    """One service, one coach, and the phones of the clients one adds."""

    def __init__(self, folder, made, *, at=A_WEDNESDAY, lull=NONE, url=None, **more) -> None:
        """`made` is what is alike in every world: content, keys and an empty database.

        `url` is a migrated database; where none is given, a SQLite file in the folder is made.
        """
        self.folder, self.bot, self.made = folder, ScriptedBot(), made
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / "onestep.db"
        self.url = url or sqlite_url(self.file)
        if url is None and not self.file.exists():
            shutil.copyfile(made.empty, self.file)
        self.ledger = Ledger(folder / "phones.db")
        self.app = App(
            db=Watched(self.url, made.keys),
            bot=self.bot,
            content=more.pop("content", lambda _language: made.content),
            channels={name: Simulator(name, self.ledger) for name in ("telegram", "sms")},
            lull=lambda _channel: lull,
            spool=Spool(folder / "spool", made.keys),
            clock=Clock(fixed=at),
            **more,
        )
        self.app.bells.also(self.app.db.heard)
        self._ids = count(1)
        self._runner = asyncio.Runner()
        self._coach: str | None = None

    def close(self) -> None:
        """Gives the connections back."""
        self._runner.close()
        self.app.db.close()

    # what happens

    def add(self, called="Sam", channel="telegram", phone=SAM, *, days=30, **more) -> str:
        """A client who joined `days` ago; `more` are their terms, enrolment or contact."""
        joined = self.app.clock() - timedelta(days=days)
        enrolment = more.pop("enrolment", "enrolled")
        contact = more.pop("contact", "active")
        with self.app.db.write() as session:
            if self._coach is None:
                self._coach = clients.add_coach(session, name="Ana", now=joined).id
            client = clients.add_client(
                session,
                called=called,
                coach_id=self._coach,
                terms=NewTerms(**{"discreet": False, "rhythm": "only_when_asked", **more}),
                now=joined,
                enrolment=enrolment,
            )
            agree_safe_contact(session, client_id=client.id, theirs_alone=True, now=joined)
            client.contact = contact
            clients.add_address(
                session, client_id=client.id, channel=channel, value=phone, now=joined
            )
            return client.id

    def staff(self, name, **values) -> str:
        """One more coach, or the one of this name; `values` are columns of theirs."""
        with self.app.db.write() as session:
            known = {
                sealed.coach_name(session, row): row for row in session.scalars(select(Coach))
            }
            row = known.get(name) or clients.add_coach(
                session, name=name, now=self.app.clock() - timedelta(days=30)
            )
            for column, value in values.items():
                setattr(row, column, value)
            return row.id

    def reach(self, name, phone, channel="sms") -> str:
        """A way to reach a coach; returns the coach's id."""
        coach_id = self.staff(name)
        with self.app.db.write() as session:
            address = clients.add_address(
                session, client_id=None, channel=channel, value=phone, now=self.app.clock()
            )
            address.coach_id = coach_id
        return coach_id

    def write(self, text, *, phone=SAM, channel="telegram", id=None, go=True, **more):
        """The phone sends `text`; the service then does all that is due, unless `go` is false."""
        inbound = Inbound(channel, id or f"p{next(self._ids)}", phone, text, **more)
        received = receive(self.app, inbound)
        if go:
            self.go()
        return received

    def press(self, prompt, key, **more):
        """A button of one prompt is pressed."""
        return self.write("", kind="choice", prompt=prompt, key=key, **more)

    def go(self) -> None:
        """Does all that is due."""
        self.run(until_idle(self.app))

    def run(self, work):
        """Runs one piece of work of the service."""
        return self._runner.run(work)

    def wait(self, *, go=True, **span) -> None:
        """Service time moves on."""
        self.app.clock.move(timedelta(**span))
        if go:
            self.go()

    # what one sees

    def phone(self, number=SAM, channel="telegram"):
        """What lies on one phone."""
        return self.ledger.shown(channel, number)

    def last_prompt(self, number=SAM, channel="telegram") -> str:
        """The prompt of the newest message that had one."""
        return [shown.prompt for shown in self.phone(number, channel) if shown.prompt][-1]

    def keys(self, client_id=None, *, state="sent") -> list[str]:
        """The utterances that went out (or are in `state`), in order."""
        with self.app.db.read() as session:
            query = (
                select(Message.said)
                .join(Outbox, Outbox.message_id == Message.id)
                .where(Outbox.state == state)
                .order_by(Outbox.seq)
            )
            if client_id is not None:
                query = query.where(Outbox.client_id == client_id)
            return [each["say"] for said in session.scalars(query) for each in said or []]

    def rows(self, model, **where):
        """Every row of a table, in the order they were made."""
        with self.app.db.read() as session:
            order = model.seq if hasattr(model, "seq") else None
            query = select(model).filter_by(**where)
            return list(session.scalars(query.order_by(order) if order is not None else query))

    def client(self, client_id) -> Client:
        """The client as kept now."""
        return self.rows(Client, id=client_id)[0]

    def change(self, client_id, **values) -> None:
        """Sets columns of a client by hand."""
        with self.app.db.write() as session:
            for name, value in values.items():
                setattr(clients.client(session, client_id), name, value)

    def kept(self, client_id) -> list[str]:
        """The texts of the client's messages, opened, in the order they came."""
        with self.app.db.read() as session:
            found = session.scalars(
                select(Message)
                .where(Message.client_id == client_id, Message.direction == "in")
                .order_by(Message.id)
            )
            return [sealed.message_text(session, message) for message in found]

    def check_everything_is_covered(self) -> None:
        """Each inbound is handled once: its row done, its turn there, its message covered."""
        turns = {turn.id for turn in self.rows(Turn)}
        inbox = self.rows(Inbox)
        assert [row.id for row in inbox if row.state != "done"] == []
        assert {row.turn_id for row in inbox} <= turns
        by_message = {row.message_id: row.turn_id for row in inbox if row.message_id}
        for message in self.rows(Message, direction="in"):
            if message.client_id and message.channel != "story":
                assert message.turn_id == by_message[message.id]
