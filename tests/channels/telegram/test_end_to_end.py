"""The main job over Telegram: invite, consent, a check-in, PAUSE, RESUME, STOP, silence.

The whole service runs as it does for real clients: its loops, its polling or its webhook, its
sends. The bot answers by a rule, and the ledger of the Bot API server is the judge.
"""

import asyncio

import pytest

from onestep.services import invite as invites
from onestep.services.by_hand import make_check_in_due
from onestep.storage import clients
from onestep.storage.clients import NewTerms
from onestep.wiring_channels import set_up_telegram
from tests.channels.bot_api.running import wait_until
from tests.channels.telegram.whole import SAM, running, settings_for
from tests.services.world import ScriptedBot, answer_to, by_rule

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
def test_from_invitation_to_silence(network, made, tmp_path, mode):
    """A client is invited, says yes, checks in, pauses, resumes and stops; then nothing comes."""
    given = settings_for(network, tmp_path, mode)
    with running(network, given, made, bot=ScriptedBot(rule)) as whole:
        app = whole.app
        menu = made.content.menu.of(made.content.service.name)
        found = asyncio.run(
            set_up_telegram(
                given,
                menu.commands,
                description=menu.description,
                short_description=menu.short_description,
            )
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
