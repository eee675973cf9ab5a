"""The main job by text through Twilio: invite, consent, a check-in, PAUSE, RESUME, STOP, START.

The whole service runs as it does for real clients: its loops, its webhook, its sends. The bot
answers by a rule, and the ledger of the Twilio at the other end is the judge.
"""

import time

import pytest
from sqlalchemy import select

from onestep.services.by_hand import make_check_in_due
from onestep.services.deliver_outcome import LOOK_UP_AFTER
from onestep.services.missed import ASK_EACH
from onestep.storage.models import Aside, Message
from tests.channels.bot_api.running import wait_until
from tests.channels.peers.emulate import NUMBER, SID
from tests.channels.twilio.whole import WITHIN, whole

pytestmark = pytest.mark.slow
SAM, EVE = "+447700900101", "+447700900103"


def joined(service, number=SAM):
    """Sam, who has been invited, sent the code and said yes twice: five texts lie on the phone."""
    sam = service.invited()
    hand = service.hand(number)
    hand.say(f"{sam.code[:4]} {sam.code[4:]}", 1)
    hand.say("yes", 4)
    hand.say("1", 5)
    assert service.contact(sam.client_id) == ("enrolled", "active")
    return sam.client_id, hand


def test_from_invitation_to_silence(tmp_path, made):
    """A client is invited, says yes, checks in by number, pauses, resumes and stops: silence."""
    with whole(tmp_path, made) as service:
        sam = service.invited()
        hand = service.hand(SAM)
        asked = hand.say(f"{sam.code[:4].lower()} {sam.code[4:].lower()}", 1)
        assert "1 It's for me\n2 Not for me\n" in asked
        asked = hand.say("1", 4)
        assert "Sam" in hand.texts[1]
        assert "Ana" in hand.texts[2]
        assert "1 Begin\n2 Not for me\n" in asked
        hand.say("1", 5)
        assert service.contact(sam.client_id) == ("enrolled", "active")
        make_check_in_due(service.app, sam.client_id)
        assert "2 About right" in hand.wait(6)
        hand.say("2.", 7)
        assert service.bot.heard[-1].input.key == "about_right"
        hand.say("PAUSE", 8)
        assert service.contact(sam.client_id) == ("enrolled", "paused")
        hand.say("resume", 9)
        assert service.contact(sam.client_id) == ("enrolled", "active")
        hand.text("STOP")
        service.becomes(sam.client_id, "stopped")
        make_check_in_due(service.app, sam.client_id)
        hand.text("hello?")
        service.hand(EVE).say("hello?", 1)  # who comes after is answered: the service runs
        assert len(hand.texts) == 9  # Twilio's own line confirms STOP, and nothing of ours
        hand.say("START", 10)
        assert service.contact(sam.client_id) == ("enrolled", "active")


def custom(number, words, kind):
    """A text with a word that the service has made up at Twilio for STOP or START."""
    sid = f"SM{abs(hash(words)):032x}"[:34]
    return {
        "AccountSid": SID,
        "MessageSid": sid,
        "From": number,
        "To": NUMBER,
        "Body": words,
        "NumMedia": "0",
        "OptOutType": kind,
    }


def test_words_of_ones_own_for_stop_and_start(tmp_path, made):
    """OptOutType: what Twilio takes for STOP or START is that, in whatever words."""
    with whole(tmp_path, made) as service:
        sam, hand = joined(service)
        assert service.post(custom(SAM, "diolch dim mwy", "STOP")) == 200
        assert service.contact(sam) == ("enrolled", "stopped")
        for _ in range(2):  # a post that comes twice starts once
            assert service.post(custom(SAM, "nôl", "START")) == 200
        hand.wait(6)
        assert service.contact(sam) == ("enrolled", "active")
        assert service.post(custom(SAM, "STOP", "STOP")) == 200
        service.becomes(sam, "stopped")
        assert service.post(custom(SAM, "START", "START")) == 200
        hand.wait(7)
        assert service.contact(sam) == ("enrolled", "active")


def test_what_twilio_refuses_for_stop_is_stop(tmp_path, made):
    """21610: who opted out at Twilio has stopped, though we never heard it; START brings back."""
    with whole(tmp_path, made) as service:
        sam, hand = joined(service)
        service.line.opted_out.add(SAM)
        make_check_in_due(service.app, sam)
        service.becomes(sam, "stopped")
        make_check_in_due(service.app, sam)
        hand.text("anyone there?")
        service.hand(EVE).say("hello?", 1)
        assert service.line.refused == [SAM]  # tried once, and never again
        service.line.opted_out.clear()
        assert hand.say("Start", 6)
        assert service.contact(sam) == ("enrolled", "active")


def test_what_came_while_we_were_away(tmp_path, made):
    """T8: texts that no webhook of ours took are taken in within minutes, once and in order."""
    with whole(tmp_path, made) as service:
        _, hand = joined(service)
        service.door.shut = True
        for words in ("went to the park", "and stayed an hour", "and slept"):
            hand.text(words)
        assert service.door.knocks == 3
        service.door.shut = False
        for _ in range(2):  # what is taken in once is listed again
            before = service.heard()
            service.app.clock.move(ASK_EACH)
            wait_until(lambda was=before: service.heard() > was, WITHIN)
        heard = ["went to the park", "and stayed an hour", "and slept"]
        wait_until(lambda: len(service.heard_by_bot()) == 3, WITHIN)
        hand.text("all by myself")
        wait_until(lambda: len(service.heard_by_bot()) == 4, WITHIN)
        assert service.heard_by_bot() == [*heard, "all by myself"]


@pytest.mark.parametrize(("missed", "then"), [("STOP", "START"), ("START", "STOP")])
def test_a_word_that_was_missed_and_taken_back(tmp_path, made, missed, then):
    """What the client sent last stands, and nothing is said of what it took back."""
    with whole(tmp_path, made) as service:
        sam, hand = joined(service)
        if missed == "START":
            hand.text("STOP")
            service.becomes(sam, "stopped")
        service.door.shut = True
        hand.text(missed)
        service.door.shut = False
        second = int(time.time())  # Twilio's times are whole seconds
        wait_until(lambda: int(time.time()) > second, WITHIN)
        hand.text(then)
        wait_until(lambda: service.answered(sam), WITHIN)
        before, lies = service.heard(), hand.texts
        service.app.clock.move(ASK_EACH)
        wait_until(lambda: service.heard() > before, WITHIN)
        wait_until(lambda: service.answered(sam), WITHIN)
        assert service.contact(sam)[1] == ("active" if then == "START" else "stopped")
        assert hand.texts == lies


def test_a_missed_call(tmp_path, made):
    """Who lets it ring is told once who will ring back; the call itself is not taken."""
    with whole(tmp_path, made) as service:
        sam, hand = joined(service)
        for _ in range(2):
            service.peer.phone_calls(SAM)
        assert "Ana" in hand.wait(6)
        service.hand(EVE).say("hello?", 1)
        assert len(hand.texts) == 6
        hand.text("STOP")
        service.becomes(sam, "stopped")
        service.peer.phone_calls(SAM)
        service.hand(EVE).text("hello?")
        assert len(hand.texts) == 6


def test_an_answer_that_is_lost_doubles_nothing(tmp_path, made):
    """Acceptance 6: what Twilio took is looked up, and lies on the phone once (T10)."""
    with whole(tmp_path, made) as service:
        sam, hand = joined(service)
        service.line.lose = 1
        make_check_in_due(service.app, sam)
        wait_until(lambda: service.line.lost, WITHIN)
        wait_until(lambda: service.states()[-1] == "uncertain", WITHIN)
        service.app.clock.move(LOOK_UP_AFTER)
        wait_until(lambda: service.states()[-1] == "sent", WITHIN)
        hand.say("2", 7)  # and the talk goes on
        assert service.bot.heard[-1].input.key == "about_right"
        assert hand.texts.count(service.line.lost[0]) == 1


def test_pictures_wait_for_a_person(tmp_path, made):
    """Acceptance 2: a burst of pictures is kept whole for a person, with one kind sentence."""
    with whole(tmp_path, made) as service:
        _, hand = joined(service)
        for number in range(3):
            assert service.post(picture(number)) == 200
        hand.wait(6)
        service.hand(EVE).say("hello?", 1)
        assert len(hand.texts) == 6
        with service.app.db.read() as session:
            assert len(session.scalars(select(Aside)).all()) == 3
            levels = session.scalars(select(Message.screen_level))
            assert list(levels).count("unread") == 3


def picture(number):
    """A picture without a word, as Twilio posts it."""
    sid = f"MM{number:032x}"
    url = f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages/{sid}/Media/ME{number:032x}"
    return {
        "AccountSid": SID,
        "MessageSid": sid,
        "From": SAM,
        "To": NUMBER,
        "Body": "",
        "NumMedia": "1",
        "MediaUrl0": url,
        "MediaContentType0": "image/jpeg",
    }
