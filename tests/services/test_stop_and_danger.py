"""STOP and danger in one message: handed off and stopped, both."""

import pytest

from onestep.services.record_page import record_page
from onestep.storage.models import Alert

BOTH = [
    "stop. i cant do this anymore",
    "STOP, i want to die",
    "i am going to kill myself tonight. stop",
    "please stop texting me. i want to kill myself",
]


@pytest.mark.parametrize("channel", ["telegram", "sms"])
@pytest.mark.parametrize("text", BOTH)
def test_both_are_done(world, text, channel):
    """The fixed reply goes out and a person is rung; then nothing more, until START."""
    sam = world.add(channel=channel)
    world.write(text, channel=channel)
    assert world.client(sam).contact == "stopped"
    assert [row.level for row in world.rows(Alert)] == ["now"]
    page = record_page(world.app, sam)
    assert page.hand_off is not None
    keys = world.keys(sam)
    assert keys == ["concern_now", "stopped"]
    world.write("hello", channel=channel)
    assert world.keys(sam) == keys
    world.check_everything_is_covered()


@pytest.mark.parametrize(
    "text",
    ["i want it all to stop. i want to die", "i cant go on. the end. im going to kill myself"],
)
def test_words_that_mean_something_else(world, text):
    """Who wants the pain to stop has not asked us to."""
    sam = world.add()
    world.write(text)
    assert world.client(sam).contact == "active"
    assert [row.level for row in world.rows(Alert)] == ["now"]


def test_before_a_yes(world):
    """Held apart like all danger before consent; and stopped."""
    dee = world.add("Dee", enrolment="invited")
    world.write(BOTH[1])
    assert world.client(dee).contact == "stopped"
    assert [row.level for row in world.rows(Alert)] == ["now"]
    assert "999" in world.phone()[0].text or "116 123" in world.phone()[0].text
