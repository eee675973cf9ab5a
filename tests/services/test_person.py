"""A person has the talk: the bot is silent, words go both ways, danger is never missed."""

import pytest

from channels.base import Pace
from channels.errors import NotSent, OurFault, Unknown
from onestep.services import by_hand, hand_off
from onestep.services.converse import converse
from onestep.services.errors import NotInHandOff
from onestep.storage import sealed
from onestep.storage.models import Alert, AlertMessage, HandOff, Incident, Message, Relay
from tests.services.world import AWAY

pytestmark = pytest.mark.slow


def relayed(world):
    """What was carried, in order: which way, and the words."""
    with world.app.db.read() as session:
        return [
            (
                relay.direction,
                sealed.message_text(session, session.get_one(Message, relay.message_id)),
            )
            for relay in session.query(Relay).order_by(Relay.id)
        ]


@pytest.mark.parametrize("away", [False, True], ids=["bot up", "bot down"])
def test_relay_both_ways(world, away):
    """From COACH on the bot is silent; each word goes to the other side, in order, exactly."""
    sam = world.add()
    world.bot.fault = AWAY if away else None
    world.write("COACH")
    world.write("are you there \U0001f642\n?")
    hand_off.say_as_coach(world.app, sam, "hi Sam, Ana here")
    world.write("been a week")
    hand_off.say_as_coach(world.app, sam, "i'm glad you wrote")
    world.go()
    assert relayed(world) == [
        ("to_coach", "COACH"),
        ("to_coach", "are you there \U0001f642\n?"),
        ("to_client", "hi Sam, Ana here"),
        ("to_coach", "been a week"),
        ("to_client", "i'm glad you wrote"),
    ]
    shown = [shown.text for shown in world.phone()]
    assert shown[1:] == ["hi Sam, Ana here", "i'm glad you wrote"]
    assert world.bot.asked == 0
    world.check_everything_is_covered()


def test_closing_hands_back(world):
    """When the coach closes, the client hears of it once and the bot answers again."""
    sam = world.add()
    world.write("COACH")
    hand_off.say_as_coach(world.app, sam, "hello")
    hand_off.close(world.app, sam)
    world.go()
    world.write("been better")
    assert world.keys(sam) == ["hand_off_requested", "hand_off_closed_no_next", "ask_how"]
    assert [row.state for row in world.rows(HandOff)] == ["closed"]
    with pytest.raises(NotInHandOff):
        hand_off.close(world.app, sam)
    with pytest.raises(NotInHandOff):
        hand_off.say_as_coach(world.app, sam, "hello?")


def test_no_check_in_with_the_coach(world):
    """A check-in does not begin while a person is asked for or has the talk."""
    sam = world.add()
    world.write("COACH")
    by_hand.make_check_in_due(world.app, sam)
    world.go()
    assert world.keys(sam) == ["hand_off_requested"]


def test_what_the_bot_had_ready_is_not_said(world):
    """A reply still in the outbox when a coach opens the hand-off is cancelled."""
    sam = world.add()
    world.write("been better", go=False)
    world.run(converse(world.app))
    hand_off.open_by_coach(world.app, sam)
    world.go()
    assert world.keys(sam) == []
    assert world.keys(sam, state="cancelled") == ["ask_how"]


@pytest.mark.parametrize("enrolment", ["enrolled", "invited", "declined"])
def test_danger_before_and_after_consent(world, enrolment):
    """A concern is answered and alerted whether or not the client has agreed to be texted."""
    world.add(enrolment=enrolment)
    world.write("I am going to kill myself tonight")
    (shown,) = world.phone()
    assert "116 123" in shown.text
    (alert,) = world.rows(Alert)
    assert (alert.level, alert.category, alert.state) == ("now", "suicide", "open")


def test_danger_from_nobody_we_know(world):
    """A stranger's concern gets the fixed reply, an alert and an incident; no record."""
    world.write("I want to kill myself", phone="999")
    assert len(world.phone("999")) == 1
    assert len(world.rows(Alert)) == len(world.rows(Incident)) == 1
    assert world.rows(Alert)[0].client_id is None
    world.write("still here", phone="999")
    assert len(world.phone("999")) == 1  # one answer a day


def test_danger_at_night(world):
    """Quiet hours hold back no fixed reply."""
    sam = world.add()
    world.wait(hours=14)
    world.write("I want to kill myself")
    assert world.keys(sam) == ["concern_now"]


def test_danger_again_and_again(world):
    """While it rings the same danger is added to its alert; the numbers come once in an hour."""
    sam = world.add()
    for number in range(3):
        world.write(f"I want to kill myself {number}")
    assert len(world.rows(Alert)) == 1
    assert len(world.rows(AlertMessage)) == 3
    assert world.keys(sam) == ["concern_now"]
    world.wait(minutes=11)
    world.write("I want to kill myself")
    assert world.keys(sam) == ["concern_now", "concern_receipt"]
    world.wait(minutes=50)
    world.write("I want to kill myself")
    assert world.keys(sam)[-1] == "concern_now"
    assert len(world.rows(HandOff)) == 1


def test_soft_goes_on(world):
    """A soft concern leaves a note for the coach, and the talk goes on with the bot told of it."""
    sam = world.add()
    world.write("I used to want to die but not any more")
    (alert,) = world.rows(Alert)
    assert alert.level == "soft"
    assert world.keys(sam) == ["ask_how"]
    assert world.bot.heard[0].context["screen"]["level"] == "soft"


def test_unread_is_passed_on(world):
    """What the screen cannot read goes to a person, the client is told so, and it is covered."""
    sam = world.add()
    world.write("Я больше не могу так жить и не знаю что делать")
    (alert,) = world.rows(Alert)
    assert alert.level == "unread"
    assert world.keys(sam) == ["unread_passed"]
    world.check_everything_is_covered()


def test_soft_and_unread_in_a_pause(world):
    """While paused a soft or unread concern is still kept for the coach."""
    world.add(contact="paused")
    world.write("Я больше не могу так жить и не знаю что делать")
    world.write("I used to want to die but not any more")
    assert {each.level for each in world.rows(AlertMessage)} == {"soft", "unread"}
    assert [alert.level for alert in world.rows(Alert)] == ["soft"]


def test_danger_while_the_bot_thinks(world):
    """A concern that arrives during a bot's turn wins: the turn's reply is not sent."""
    sam = world.add()
    world.write("been better", go=False)
    rule = world.bot.rule

    def slow(turn):
        world.write("I want to kill myself", go=False)
        return rule(turn)

    world.bot.rule = slow
    world.go()
    assert world.keys(sam) == ["concern_now"]
    world.check_everything_is_covered()


@pytest.mark.parametrize("error", [NotSent, Unknown, OurFault])
def test_danger_is_answered_however_often_it_fails(world, error):
    """The fixed reply is tried again until it goes, for hours; ordinary rules do not end it."""
    sam = world.add()

    class Failing:
        name, pace = "telegram", Pace()
        tries = 0

        async def send(self, message):
            self.tries += 1
            raise error

    good, failing = world.app.channels["telegram"], Failing()
    world.app.channels["telegram"] = failing
    world.write("I want to kill myself")
    for _ in range(20):
        world.wait(minutes=6)
    assert failing.tries > 20
    world.app.channels["telegram"] = good
    world.wait(minutes=2)
    assert world.keys(sam) == ["concern_now"]
