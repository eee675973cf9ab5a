"""Concern inside a check-in over Telegram: the fixed reply, the coach's own phone, and back again.

The coach's Telegram is bound as a coach binds it, and words are on. The ledger of the Bot API
server is the judge of what lay on either phone.
"""

import pytest

from onestep.services import coach_phone, hand_off
from onestep.services.by_hand import make_check_in_due
from onestep.services.made_up_staff import ALWAYS
from onestep.storage.models import Alert, Client, Coach, HandOff
from tests.channels.telegram.whole import SAM, running, settings_for

pytestmark = pytest.mark.slow
ANA, EVE = 4201, 4202


class CoachHand:
    """A coach's phone: what lies on it, and replies to it."""

    def __init__(self, whole, hand) -> None:
        self.whole, self.hand = whole, hand

    def line(self, words):
        """The newest message with these words in it, once it is there."""
        self.whole.eventually(lambda: any(words in text for text in self.hand.texts))
        return [sent for sent in self.hand.received if words in sent["text"]][-1]

    def reply(self, words, text):
        """Replies to that message."""
        answered = {"message_id": self.line(words)["message_id"], "chat": {"id": self.hand.chat}}
        self.hand.type(text, reply_to_message=answered)


def bound(whole, hand):
    """Ana's phone, bound to her by a code of her own page."""
    [coach] = whole.all_of(Coach)
    with whole.app.db.write() as session:
        session.get_one(Coach, coach.id).hours = ALWAYS
    code = coach_phone.binding_code(whole.app, coach.id, now=whole.app.clock())
    hand.type(f"/start {code}")
    phone = CoachHand(whole, hand)
    phone.line("messages for Ana")
    return phone


def test_concern_is_seen_and_a_person_answers(network, made, tmp_path):
    """Danger in a check-in, the coach answers from where they are, hands back; check-ins go on."""
    given = settings_for(network, tmp_path, "polling")
    with running(network, given, made, words_to_coaches=True) as whole:
        sam = whole.client()
        ana = bound(whole, network.phone(ANA))
        network.do("open", chats=[SAM])
        make_check_in_due(whole.app, whole.ids[SAM])
        whole.eventually(lambda: len(sam.texts) == 1)
        sam.type("i want to kill myself")
        whole.eventually(lambda: len(sam.texts) == 2)
        assert "999" in sam.texts[1]
        assert "kill" not in sam.texts[1]
        assert "From Sam." in ana.line("danger may have been said")["text"]
        ana.hand.tap("I’ve got this")
        ana.line("You have it")
        assert whole.all_of(Alert, client_id=whole.ids[SAM])[0].state == "acknowledged"
        ana.reply("You have it", "It's Ana. Can I ring you?")
        whole.eventually(lambda: sam.texts[-1] == "It's Ana. Can I ring you?")
        asked, until = whole.bot.asked, len(sam.texts)
        sam.type("yes please")
        ana.reply("yes please", "back")
        ana.line("Handed back")
        assert {each.state for each in whole.all_of(HandOff)} == {"closed"}
        whole.eventually(lambda: len(sam.texts) == until + 1)  # they hear that Ana has handed back
        assert whole.bot.asked - asked <= 1  # that line; the bot was silent while she had the talk
        hand_off.let_check_ins_go_on(whole.app, whole.ids[SAM])
        make_check_in_due(whole.app, whole.ids[SAM])
        whole.eventually(lambda: len(sam.texts) == until + 2)
        assert whole.all_of(Client)[0].held is None


def test_an_unknown_phone_learns_nothing(network, made, tmp_path):
    """Somebody else's reply to a line they guess goes to nobody, and tells them of nobody."""
    given = settings_for(network, tmp_path, "polling")
    with running(network, given, made, words_to_coaches=True) as whole:
        sam = whole.client()
        ana = bound(whole, network.phone(ANA))
        sam.type("i want to kill myself")
        notice = ana.line("danger may have been said")
        eve, until = network.phone(EVE), len(sam.texts)
        answered = {"message_id": notice["message_id"], "chat": {"id": EVE}}
        eve.type("I've got this", reply_to_message=answered)
        whole.eventually(lambda: eve.texts)
        assert not any("Sam" in text or "Ref" in text for text in eve.texts)
        assert len(sam.texts) == until
        assert whole.all_of(Alert, client_id=whole.ids[SAM])[0].state == "open"
