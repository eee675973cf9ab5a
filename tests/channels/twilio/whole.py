"""The whole service on a Twilio of the tests: its loops and its webhook, with a scripted bot."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from channels.twilio import Twilio
from onestep.services import invite as invites
from onestep.services.app import App
from onestep.settings import Settings
from onestep.storage import clients
from onestep.storage.clients import NewTerms
from onestep.storage.models import Heard, Inbox, Outbox
from tests.channels.bot_api.running import wait_until
from tests.channels.peers.between import Between, between
from tests.channels.peers.emulate import NUMBER, SID, TOKEN, Emulate, emulating
from tests.channels.peers.process import free_port
from tests.channels.serving import add_client, built, serving
from tests.channels.twilio.signed import signature
from tests.services.world import ScriptedBot, answer_to, by_rule

WITHIN = 30  # seconds for one answer: a text a second goes out, on a busy machine
SAFE = invites.SafelyReached(theirs_alone=True, safe_when="any time", if_someone_else="nothing")


def rule(turn):
    """First contact asks to begin; a check-in asks which of three; a text is a noticing."""
    event, key = getattr(turn.input, "event", None), getattr(turn.input, "key", None)
    if event is not None and event.value == "first_contact":
        say = ["first_what", "first_who_reads", "first_cost_begin"]
        return answer_to(turn, say=say, asks="consent", choices=["begin", "not_for_me"])
    if event is not None and event.value == "check_in_due":
        sizes = ["too_easy", "about_right", "too_much"]
        return answer_to(turn, say=["ask_step_size"], asks="step_size", choices=sizes)
    if key == "begin":
        yes = {"command": "record_consent", "answer": "yes"}
        return answer_to(turn, say=["ask_best_hopes"], asks="best_hopes", commands=[yes])
    return by_rule(turn)


@dataclass
class Door:
    """Before our webhook: shut, nobody gets an answer of ours."""

    shut: bool = False
    knocks: int = 0  # while it was shut

    def before(self, app: ASGIApp) -> ASGIApp:
        """The same, behind this door."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if self.shut and scope["type"] == "http":
                self.knocks += 1
                await Response(status_code=502)(scope, receive, send)
            else:
                await app(scope, receive, send)

        return answer


@dataclass
class Whole:
    """A service that runs, the Twilio it is on, and the line between them."""

    app: App
    bot: ScriptedBot
    peer: Emulate
    line: Between
    settings: Settings
    door: Door

    def hand(self, number: str) -> "Hand":
        """Somebody's phone."""
        return Hand(self, number)

    def add(self, number: str, called: str = "Sam") -> str:
        """A client who joined a month ago."""
        return add_client(
            self.app.db, now=self.app.clock(), channel="sms", phone=number, called=called
        )

    def invited(self, called: str = "Sam") -> invites.Invited:
        """A client who is invited, with their code."""
        whom = invites.Whom(
            called=called,
            coach="Ana",
            new_coach=not self._known,
            terms=NewTerms(discreet=False),
            safe=SAFE,
        )
        self._known = True
        return invites.invite(self.app.db, whom, now=self.app.clock())

    _known = False

    def contact(self, client_id: str) -> tuple[str, str]:
        """Enrolment and contact state, as kept now."""
        with self.app.db.read() as session:
            client = clients.client(session, client_id)
            return client.enrolment, client.contact

    def becomes(self, client_id: str, contact: str) -> None:
        """Waits until the contact state is this."""
        wait_until(lambda: self.contact(client_id)[1] == contact, WITHIN)

    def states(self) -> list[str]:
        """What became of each message, in order."""
        with self.app.db.read() as session:
            return list(session.scalars(select(Outbox.state).order_by(Outbox.seq)))

    def answered(self, client_id: str) -> bool:
        """Whether nothing waits any more: neither to be answered nor to be sent."""
        with self.app.db.read() as session:
            waits = select(Inbox.id).where(Inbox.client_id == client_id, Inbox.state != "done")
            goes = select(Outbox.id).where(
                Outbox.client_id == client_id, Outbox.state.in_(("ready", "sending"))
            )
            return session.scalar(waits) is None and session.scalar(goes) is None

    def rows(self, client_id: str) -> int:
        """How many things have come into this client's queue."""
        with self.app.db.read() as session:
            count = select(func.count()).select_from(Inbox).where(Inbox.client_id == client_id)
            return session.scalar(count) or 0

    def heard(self) -> datetime:
        """Until when all that Twilio lists was taken in."""
        with self.app.db.read() as session:
            return session.get_one(Heard, "sms").until

    def heard_by_bot(self) -> list[str]:
        """Every text that the bot was given, in order."""
        return [text for turn in self.bot.texts() for text in turn]

    def post(self, fields: dict[str, str], *, query: str = "") -> int:
        """A signed post that this Twilio does not play; the status it was answered with."""
        url = f"{self.settings.public_url}{Twilio.path}" + (f"?{query}" if query else "")
        signed = {"x-twilio-signature": signature(url, fields, TOKEN)}
        return httpx.post(url, data=fields, headers=signed, timeout=30).status_code


@dataclass(frozen=True)
class Hand:
    """One phone in somebody's hand."""

    whole: Whole
    number: str

    @property
    def texts(self) -> list[str]:
        """What lies on it, oldest first."""
        return self.whole.peer.sent_to(self.number)

    def text(self, words: str) -> str:
        """Sends a text; its id."""
        return self.whole.peer.phone_sends(self.number, words)

    def say(self, words: str, until: int) -> str:
        """Sends a text, and waits until so many lie here; the last of them."""
        self.text(words)
        return self.wait(until)

    def wait(self, until: int) -> str:
        """Waits until so many texts lie here; the last of them."""
        wait_until(lambda: len(self.texts) >= until, WITHIN)
        assert len(self.texts) == until, self.texts
        return self.texts[-1]


def given_for(folder: Path, *, port: int, api: str, **more: Any) -> dict[str, Any]:
    """What a service on this Twilio is given."""
    return {
        "data": str(folder / "var"),
        "port": port,
        "metrics_port": free_port(),
        "public_url": f"http://127.0.0.1:{port}",
        "twilio_account_sid": SID,
        "twilio_auth_token": TOKEN,
        "twilio_from_number": NUMBER,
        "twilio_api": api,
        "send_timeout": 5,
        **more,
    }


@contextmanager
def whole(
    folder: Path, made, *, given: dict[str, Any] | None = None, **more: Any
) -> Iterator[Whole]:
    """The service in a thread of its own, from start to end.

    `given` are more of its settings, `more` is how it is built.
    """
    port = free_port()
    webhook = f"http://127.0.0.1:{port}{Twilio.path}"
    with emulating(folder, webhook) as peer, between(peer.url) as line:
        settings = Settings(**given_for(folder, port=port, api=line.url, **(given or {})))
        bot, door = ScriptedBot(rule), Door()
        app = built(settings, made, bot, **more)
        with serving(app, settings, before=door.before):
            yield Whole(app, bot, peer, line, settings, door)


__all__ = ["WITHIN", "Hand", "Whole", "given_for", "whole"]
