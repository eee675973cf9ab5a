"""The whole service on a Twilio of the tests: its loops and its webhook, with a scripted bot."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from sqlalchemy import select
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from channels.twilio import Twilio
from onestep import wiring
from onestep.services import invite as invites
from onestep.services.app import App, Clock
from onestep.settings import Settings
from onestep.storage import clients
from onestep.storage.clients import NewTerms
from onestep.storage.models import Heard, Outbox
from onestep.storage.seal import write_keyring
from onestep.web.counts import Counts
from onestep.web.pages import pages
from onestep.web.server import listen, serve
from onestep.worker import work
from tests.channels.bot_api.running import wait_until
from tests.channels.peers.between import Between, between
from tests.channels.peers.emulate import NUMBER, SID, TOKEN, Emulate, emulating
from tests.channels.peers.process import free_port
from tests.channels.twilio.signed import signature
from tests.services.world import A_WEDNESDAY, ScriptedBot, answer_to, by_rule

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


@contextmanager
def whole(folder: Path, made) -> Iterator[Whole]:
    """The service in a thread of its own, from start to end."""
    port = free_port()
    public = f"http://127.0.0.1:{port}"
    with emulating(folder, public + Twilio.path) as peer, between(peer.url) as line:
        settings = Settings(
            data=folder / "var",
            port=port,
            metrics_port=free_port(),
            public_url=public,
            twilio_account_sid=SID,
            twilio_auth_token=TOKEN,
            twilio_from_number=NUMBER,
            twilio_api=line.url,
            send_timeout=5,
        )
        write_keyring(settings.keys, made.keys)
        wiring.prepare(settings)
        bot = ScriptedBot(rule)
        app = wiring.build(
            settings,
            bot,
            lull=wiring.no_lull,
            # Half past ten on a Wednesday, whenever this runs: nobody is written to at night.
            clock=Clock(moved=A_WEDNESDAY - datetime.now(UTC)),
            content=lambda _: made.content,
        )
        door = Door()
        with _running(app, settings, door):
            yield Whole(app, bot, peer, line, settings, door)


@contextmanager
def _running(app: App, settings: Settings, door: Door) -> Iterator[None]:
    ready, ending, loop = threading.Event(), asyncio.Event(), asyncio.new_event_loop()

    async def everything() -> None:
        shown = door.before(pages(app, settings, wiring.ledger(settings.data), Counts()))
        with closing(listen("127.0.0.1", settings.port, "ONESTEP_PORT")) as where:
            tasks = [asyncio.create_task(job) for job in (work(app), serve(shown, where))]
            ready.set()
            await ending.wait()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    thread = threading.Thread(target=loop.run_until_complete, args=(everything(),), daemon=True)
    thread.start()
    assert ready.wait(30)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join(30)
        loop.close()
        app.db.close()


__all__ = ["WITHIN", "Hand", "Whole", "whole"]
