"""After something hard the next talk opens gently, until something else has been told."""

import pytest

from onestep import dialogue
from onestep.services import by_hand
from tests.services.world import answer_to, by_rule


def kept(turn):
    """Words are kept as hard when they say so; "later" keeps nothing; events as ever."""
    if not isinstance(turn.input, dialogue.Texts):
        return by_rule(turn)
    texts = [message.text for message in turn.input.messages]
    if texts == ["later"]:
        return answer_to(turn, say=["chat"])
    refs = [message.ref for message in turn.input.messages]
    hard = {"command": "record_hard", "words": refs, "loss": False}
    plain = {"command": "record_noticing", "words": refs, "by": "self"}
    return answer_to(turn, say=["receipt_plain"], commands=[hard if "hard" in texts[0] else plain])


@pytest.mark.parametrize(
    ("between", "gentle"),
    [((), True), (("later",), True), (("went to the gym",), False)],
    ids=["unanswered", "put off", "told"],
)
def test_gentle_until_something_else_is_told(world, between, gentle):
    """A gentle opener that was left, or put off, leaves the next one as gentle."""
    sam = world.add()
    world.bot.rule = kept
    world.write("hard week")
    for texts in (between, ()):
        world.wait(days=1)
        by_hand.make_check_in_due(world.app, sam)
        world.go()
        opener = world.bot.heard[-1]
        for text in texts:
            world.write(text)
    assert opener.context["last_hard"] is gentle
