"""What may have gone: looked up where that can be done, asked again, or shown; never doubled."""

import pytest

from channels.errors import NotSent, Unknown
from onestep.services import hand_off, outbox_by_hand
from onestep.storage.models import Outbox, Prompt
from tests.databases import both_databases
from tests.services.network import Asked, put
from tests.services.world import answer_to

pytestmark = [both_databases, pytest.mark.slow]


def states(world, **where):
    """State and reason of each message, in order."""
    return [(row.state, row.reason) for row in world.rows(Outbox, **where)]


def lost(world, *, arrives=False, **more):
    """Sam's first answer, of which nobody knows whether it went; returns the channel."""
    world.add()
    channel = put(world, Unknown(), **more)
    channel.arrives = arrives
    world.write("been better")
    channel.error = None
    return channel


# looked up


def test_looked_up_and_found(world):
    """A provider that has it: it counts as sent, with the provider's id, and goes once."""
    channel = lost(world, arrives=True, kind=Asked)
    channel.said = True
    world.wait(seconds=10)
    (row,) = world.rows(Outbox)
    assert (row.state, row.reason, row.provider_id) == ("sent", None, "found")
    assert len(world.phone()) == 1


def test_looked_up_and_not_there(world):
    """A provider that never had it: it goes now."""
    channel = lost(world, kind=Asked)
    channel.said = False
    world.wait(seconds=10)
    assert states(world) == [("sent", None)]
    assert len(world.phone()) == 1


def test_not_there_but_the_talk_has_gone_on(world):
    """What comes after later words would be out of order: it is shown instead."""
    sam = world.add()
    channel = put(world, Unknown(), kind=Asked)
    hand_off.open_by_coach(world.app, sam)
    hand_off.say_as_coach(world.app, sam, "Shall we meet?")
    world.go()
    channel.error, channel.said = None, False
    hand_off.say_as_coach(world.app, sam, "At two?")
    world.go()
    world.wait(seconds=10)
    assert states(world, kind="relay") == [("failed", "not_sent"), ("sent", None)]
    assert [shown.text for shown in world.phone()] == ["At two?"]


@pytest.mark.slow
def test_asked_for_an_hour(world):
    """A provider that cannot say is asked each minute for an hour; then a person is shown it."""
    channel = lost(world, kind=Asked)
    channel.said = NotSent()
    for _ in range(50):
        world.wait(minutes=1)
    assert states(world) == [("uncertain", "no_answer")]
    for _ in range(15):
        world.wait(minutes=1)
    assert states(world) == [("uncertain", "not_known")]
    assert [each.reason for each in outbox_by_hand.for_a_person(world.app.db)] == ["not_known"]


def test_a_look_up_that_breaks(world):
    """A look-up that goes wrong in any way changes nothing, and is tried again."""
    channel = lost(world, kind=Asked, arrives=True)
    channel.said = ValueError()
    world.wait(seconds=10)
    assert states(world) == [("uncertain", "no_answer")]
    channel.said = True
    world.wait(seconds=60)
    assert states(world) == [("sent", None)]


# asked again


def quiet(turn):
    """The bot has nothing to say, and asks nothing new."""
    return answer_to(turn, commands=[{"command": "stay_silent"}])


def test_asked_again_when_they_next_write(world):
    """The question that is still open goes out once more, behind what the turn says."""
    lost(world)
    world.write("HELP")
    assert states(world) == [("uncertain", "asked_again"), ("sent", None), ("sent", None)]
    shown = world.phone()
    (prompt,) = world.rows(Prompt, open=True)
    assert len(shown) == 2
    assert shown[-1].prompt == prompt.id
    assert outbox_by_hand.for_a_person(world.app.db) == []


def test_asked_again_where_the_bot_is_silent(world):
    """Also after a turn of the bot that says nothing."""
    lost(world)
    world.bot.rule = quiet
    world.write("\N{THUMBS UP SIGN} ok")
    assert [shown.prompt is not None for shown in world.phone()] == [True]


def test_not_before_they_write(world):
    """Time alone asks nothing again."""
    lost(world)
    world.wait(hours=5)
    assert world.phone() == []
    assert states(world) == [("uncertain", "no_answer")]


def test_once(world):
    """What was asked again is not asked a third time by the next message."""
    lost(world)
    world.write("HELP")
    world.write("HELP")
    assert len([shown for shown in world.phone() if shown.prompt]) == 1


def test_not_when_the_answer_came(world):
    """A client who answers had it: nothing is said twice."""
    channel = lost(world, arrives=True)
    asked = channel.tried[0]
    world.write("I went for a walk")
    assert [shown.reference for shown in world.phone()].count(asked) == 1
    assert states(world)[0] == ("uncertain", "moved_on")
    assert len(world.phone()) == 2
    assert outbox_by_hand.for_a_person(world.app.db) == []


def test_not_while_the_provider_may_still_tell(world):
    """Where it is looked up, it is not asked again as well."""
    channel = lost(world, kind=Asked, arrives=True)
    channel.said = NotSent()
    world.write("HELP")
    assert [shown.prompt is not None for shown in world.phone()] == [True, False]
    channel.said = True
    world.wait(minutes=2)
    assert [row.state for row in world.rows(Outbox)] == ["sent", "sent"]


@pytest.mark.parametrize("words", ["PAUSE", "STOP", "COACH"])
def test_not_of_one_who_asked_for_something_else(world, words):
    """Who asks for quiet, or for a person, is asked nothing."""
    lost(world)
    world.write(words)
    world.write("thanks")
    assert [shown for shown in world.phone() if shown.prompt] == []


def test_what_is_no_question_is_shown(world):
    """A coach's words that may not have arrived wait for a person, whatever the client writes."""
    sam = world.add()
    channel = put(world, Unknown())
    hand_off.open_by_coach(world.app, sam)
    hand_off.say_as_coach(world.app, sam, "I will ring at two.")
    world.go()
    channel.error = None
    world.write("ok")
    assert [each.kind for each in outbox_by_hand.for_a_person(world.app.db)] == ["relay"]
    assert world.phone() == []
