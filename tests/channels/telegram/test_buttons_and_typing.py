"""Buttons and the sign of typing through the whole path: tap, turn, and what the phone shows."""

import pytest

from channels.errors import NotSent
from onestep.services import typing
from onestep.services.by_hand import make_check_in_due
from onestep.services.hand_off import open_by_coach, say_as_coach
from onestep.services.typing import Typing
from onestep.storage.models import Message, Outbox
from tests.channels.telegram.conftest import run
from tests.channels.telegram.whole import SAM, SlowBot, running, settings_for
from tests.services.world import ScriptedBot, answer_to, by_rule

pytestmark = pytest.mark.slow
SIZES = ["too_easy", "about_right"]


def asks(turn):
    """A text is asked about with buttons; a button is answered and nothing more is asked."""
    if hasattr(turn.input, "messages"):
        return answer_to(turn, say=["ask_step_size"], asks="step_size", choices=SIZES)
    return by_rule(turn)


@pytest.fixture
def whole(network, made, tmp_path):
    """A service whose bot asks with buttons, and Sam."""
    settings = settings_for(network, tmp_path, "polling")
    with running(network, settings, made, bot=ScriptedBot(asks)) as made_up:
        made_up.client()
        yield made_up


def asked(whole, text="been better"):
    """Sam's phone, with a question and its buttons on it."""
    hand, before = whole.network.phone(SAM), len(whole.network.phone(SAM).texts)
    hand.type(text)
    whole.eventually(lambda: len(hand.texts) == before + 1)
    assert hand.received[-1]["buttons"]
    return hand


def buttons(hand):
    """How many messages on the phone still have buttons under them."""
    return sum("reply_markup" in message for message in hand.screen)


def test_a_tap_is_answered_and_its_buttons_go(whole):
    """Acceptance 8: the tap ends its spinner, is answered once, and nobody can press it again."""
    hand = asked(whole)
    tap = hand.tap("Too easy")
    whole.eventually(lambda: len(hand.texts) == 2 and buttons(hand) == 0)
    assert whole.network.look()["answered"] == {tap: 1}


def test_words_take_the_buttons_too(whole):
    """A question answered in words, or one that another takes the place of, loses its buttons."""
    hand = asked(whole)
    asked(whole, "and another thing")
    whole.eventually(lambda: buttons(hand) == 1)
    newest = hand.received[-1]["message_id"]
    assert [each["message_id"] for each in hand.screen if "reply_markup" in each] == [newest]


def test_double_taps_and_stale_buttons_are_harmless(whole):
    """Acceptance 8: of three taps and one on a made-up prompt one counts; all are acknowledged."""
    hand = asked(whole)
    number = hand.received[-1]["message_id"]
    data = hand.received[-1]["buttons"][0][1]
    taps = [hand.press(number, data) for _ in range(2)]
    whole.eventually(lambda: len(hand.texts) == 2 and buttons(hand) == 0)
    taps += [hand.press(number, data), hand.press(number, "nobody|knows"), hand.press(number, "?")]
    whole.eventually(lambda: set(whole.network.look()["answered"]) == set(taps))
    hand.type("and so on")  # whoever comes after is answered: nothing is left over from the taps
    whole.eventually(lambda: len(hand.texts) == 3)
    assert [row.kind for row in whole.all_of(Outbox)] == ["reply"] * 3


@pytest.mark.parametrize("kind", ["status", "lost"])
def test_buttons_that_stay_are_harmless(whole, kind):
    """Telegram refuses to change an old message, or never says: the talk goes on all the same."""
    hand = asked(whole)
    gone = "Bad Request: message can't be edited"
    whole.network.do(
        "fault", method="editMessageReplyMarkup", kind=kind, code=400, description=gone, times=9
    )
    hand.tap("Too easy")
    whole.eventually(lambda: len(hand.texts) == 2)
    asked(whole, "and another thing")
    whole.eventually(lambda: not [row for row in whole.all_of(Outbox)[:1] if row.buttons])
    assert all(row.state == "sent" for row in whole.all_of(Outbox))


def test_buttons_that_are_off_already(whole):
    """That Telegram says the message is not modified is as good as done."""
    hand = asked(whole)

    async def off(channel):
        row = whole.all_of(Outbox)[0]
        await channel.tidy(str(SAM), row.provider_id)
        await channel.close()

    run(whole.app.channels["telegram"], off)
    assert buttons(hand) == 0
    asked(whole, "in words")
    whole.eventually(lambda: not whole.all_of(Outbox)[0].buttons)


def slow(network, made, tmp_path, **more):
    """A service whose turns wait, with the sign of typing shown at once and often."""
    bot = SlowBot(by_rule)
    quick = Typing(patience=0.05, each=0.2)
    settings = settings_for(network, tmp_path, "polling")
    return running(network, settings, made, bot=bot, typing=quick, **more)


def test_typing_shows_while_a_turn_is_made(network, made, tmp_path):
    """The phone sees it, again while the turn lasts, and a refusal of the sign harms nothing."""
    with slow(network, made, tmp_path) as whole:
        hand = whole.client()
        network.do("fault", method="sendChatAction", kind="status", code=429, times=1)
        whole.bot.free.clear()
        hand.type("been better")
        whole.eventually(lambda: network.look()["typing"].get(str(SAM), 0) >= 2)
        whole.bot.free.set()
        whole.eventually(lambda: len(hand.texts) == 1)


def test_no_typing_for_what_we_begin_nor_after_quiet_is_asked_for(network, made, tmp_path):
    """Not for a check-in, not with a person, not once STOP is said."""
    with slow(network, made, tmp_path) as whole:
        hand = whole.client()
        hand.type("hello")
        whole.eventually(lambda: len(hand.texts) == 1)
        before = network.look()["typing"]
        whole.bot.free.clear()
        make_check_in_due(whole.app, whole.ids[SAM])
        whole.eventually(lambda: whole.bot.asked == 2)
        whole.bot.free.set()
        whole.eventually(lambda: len(hand.texts) == 2)
        open_by_coach(whole.app, whole.ids[SAM])
        hand.type("is that you Ana")
        whole.eventually(lambda: len(whole.said_by()) == 2)
        say_as_coach(whole.app, whole.ids[SAM], "it is")
        hand.type("/stop")
        whole.eventually(lambda: whole.contact() == "stopped")
        hand.type("hello?")
        whole.eventually(lambda: all(m.turn_id for m in whole.all_of(Message, direction="in")))
        assert network.look()["typing"] == before


class Phone:
    """Notes each sign by a clock of the test's own."""

    def __init__(self, clock, fault=None):
        self.clock, self.fault, self.at = clock, fault, []

    async def typing(self, to):
        """Shown, or refused."""
        self.at.append(self.clock())
        if self.fault:
            raise self.fault

    async def acknowledge(self, callback):
        """Not asked."""

    async def tidy(self, to, provider_id):
        """Not asked."""


@pytest.mark.parametrize("fault", [None, NotSent(), OSError()])
def test_one_sign_in_five_seconds(world, monkeypatch, fault):
    """However many turns there are, and however long they last; a quick turn shows none."""
    now, shown = [100.0], []

    async def rest(over, seconds):
        ended = not shown or shown.pop()
        now[0] += 0.1 if ended else seconds
        return ended

    monkeypatch.setattr(typing, "_within", rest)
    signs, phone = Typing(steady=lambda: now[0]), Phone(lambda: now[0], fault)

    async def turns(*ends):
        for end in ends:
            shown.extend(reversed(end))
            async with signs.shown(phone, "1"):
                while shown:
                    await typing.asyncio.sleep(0)
        await typing.asyncio.sleep(0)

    world.run(turns([True], [False, False, True], [False, True]))
    assert len(phone.at) == 3
    assert all(b - a >= 5 for a, b in zip(phone.at, phone.at[1:], strict=False))
