"""The main job over Telegram: invite, consent, a check-in, PAUSE, RESUME, STOP, silence.

The whole service runs as it does for real clients: its loops, its polling or its webhook, its
sends. The bot answers by a rule, and the ledger of the Bot API server is the judge.
"""

import asyncio
import socket
import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import pytest

from onestep import wiring
from onestep.cli.telegram import DESCRIPTION, MENU, SHORT
from onestep.services import invite as invites
from onestep.services.app import Clock
from onestep.services.by_hand import make_check_in_due
from onestep.services.polling import pollers
from onestep.settings import Settings
from onestep.storage import clients
from onestep.storage.clients import NewTerms
from onestep.storage.seal import write_keyring
from onestep.web.counts import Counts
from onestep.web.pages import pages
from onestep.web.server import listen, serve
from onestep.wiring_channels import set_up_telegram
from onestep.worker import work
from tests.channels.bot_api.running import wait_until
from tests.channels.telegram.conftest import SECRET
from tests.services.world import A_WEDNESDAY, ScriptedBot, answer_to, by_rule

SAM = 4101
SAFE = invites.SafelyReached(theirs_alone=True, safe_when="any time", if_someone_else="nothing")


def rule(turn):
    """First contact asks to begin, a yes is a yes, a text is a noticing."""
    if getattr(turn.input, "key", None) == "begin":
        yes = {"command": "record_consent", "answer": "yes"}
        return answer_to(turn, say=["ask_best_hopes"], asks="best_hopes", commands=[yes])
    event = getattr(turn.input, "event", None)
    if event is not None and event.value == "first_contact":
        say = ["first_what", "first_who_reads", "first_cost_begin"]
        return answer_to(turn, say=say, asks="consent", choices=["begin", "not_for_me"])
    return by_rule(turn)


def free_port():
    """A port nobody listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return found.getsockname()[1]


@pytest.fixture
def settings(network, tmp_path, monkeypatch):
    """The settings of a service on this Telegram, by either way."""
    monkeypatch.chdir(tmp_path)

    def make(mode):
        port = free_port()
        more = {"telegram_webhook_secret": SECRET, "public_url": f"http://127.0.0.1:{port}"}
        return Settings(
            data=tmp_path / "var",
            port=port,
            metrics_port=free_port(),
            telegram_token=network.token,
            telegram_api=network.url,
            telegram_mode=mode,
            send_timeout=5,
            **(more if mode == "webhook" else {}),
        )

    return make


@contextmanager
def running(settings, made):
    """The service in a thread of its own, until the test is done with it."""
    write_keyring(settings.keys, made.keys)
    wiring.prepare(settings)
    # Half past ten on a Wednesday, whenever this runs: nobody is written to at night.
    clock = Clock(moved=A_WEDNESDAY - datetime.now(UTC))
    app = wiring.build(
        settings,
        ScriptedBot(rule),
        lull=wiring.no_lull,
        clock=clock,
        content=lambda _: made.content,
    )
    ready, ending, loop = threading.Event(), asyncio.Event(), asyncio.new_event_loop()

    async def whole():
        shown = pages(app, settings, wiring.ledger(settings.data), Counts())
        with closing(listen("127.0.0.1", settings.port, "ONESTEP_PORT")) as where:
            jobs = [work(app), serve(shown, where)]
            jobs += [each.run() for each in pollers(app, wiring.polled(settings))]
            tasks = [asyncio.create_task(job) for job in jobs]
            ready.set()
            await ending.wait()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await app.channels["telegram"].close()

    thread = threading.Thread(target=loop.run_until_complete, args=(whole(),), daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield app
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join(20)
        loop.close()
        app.db.close()


def invited(app):
    """Sam, invited; the code."""
    whom = invites.Whom(
        called="Sam", coach="Ana", new_coach=True, terms=NewTerms(discreet=False), safe=SAFE
    )
    return invites.invite(app.db, whom, now=app.clock())


def contact(app, client_id):
    """The contact state and the enrolment, as kept now."""
    with app.db.read() as session:
        client = clients.client(session, client_id)
        return client.enrolment, client.contact


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["polling", "webhook"])
def test_from_invitation_to_silence(network, settings, made, mode):
    """A client is invited, says yes, checks in, pauses, resumes and stops; then nothing comes."""
    given = settings(mode)
    with running(given, made) as app:
        found = asyncio.run(
            set_up_telegram(given, MENU, description=DESCRIPTION, short_description=SHORT)
        )
        assert all(each.fine for each in found), found
        sam, hand = invited(app), network.phone(SAM)

        def say(text, until):
            hand.type(text)
            wait_until(lambda: len(hand.texts) == until, 20)
            return hand.texts[-1]

        asked = say(f"/start {sam.code}", 1)  # a link may have been passed on: nobody is named
        assert "Riverside" in asked
        assert "Sam" not in asked
        taps = [hand.tap("It’s for me")]
        wait_until(lambda: len(hand.texts) == 4, 20)
        assert "Sam" in hand.texts[1]
        taps.append(hand.tap("Begin"))
        wait_until(lambda: len(hand.texts) == 5)
        wait_until(lambda: network.look()["answered"] == dict.fromkeys(taps, 1))
        assert contact(app, sam.client_id) == ("enrolled", "active")
        make_check_in_due(app, sam.client_id)
        wait_until(lambda: len(hand.texts) == 6)
        say("made a proper tea three nights running", 7)
        say("/pause", 8)
        assert contact(app, sam.client_id) == ("enrolled", "paused")
        say("resume", 9)
        assert contact(app, sam.client_id) == ("enrolled", "active")
        assert "START" in say("STOP", 10)
        assert contact(app, sam.client_id) == ("enrolled", "stopped")
        make_check_in_due(app, sam.client_id)
        hand.type("hello?")
        network.phone(SAM + 1).type("hello?")  # who comes after is answered: the service runs
        wait_until(lambda: network.phone(SAM + 1).texts)
        assert len(hand.texts) == 10
        assert network.look()["early"] == 0
