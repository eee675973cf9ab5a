"""The only way out: retries as written down, held-up senders send nothing, failures are shown."""

import asyncio
import time
from dataclasses import replace

import pytest

from channels.base import Pace
from channels.errors import Gone, NotSent, Refused, Unknown
from onestep.services import deliver as module
from onestep.services import hand_off
from onestep.services.converse import converse
from onestep.services.deliver import deliver
from onestep.storage.models import Outbox, Prompt
from tests.databases import both_databases
from tests.services.network import put

pytestmark = both_databases


def outcome(world):
    """State and reason of the only message."""
    (row,) = world.rows(Outbox)
    return row.state, row.reason


def test_tried_again_at_written_times(world):
    """After 30 s, 2, 10 and 30 minutes; then it has failed and is shown."""
    world.add()
    channel = put(world, NotSent())
    world.write("been better")
    for tries, seconds in enumerate((30, 120, 600, 1800), start=1):
        assert len(channel.tried) == tries
        world.wait(seconds=seconds - 1)
        assert len(channel.tried) == tries
        world.wait(seconds=1)
    assert len(channel.tried) == 5
    assert outcome(world) == ("failed", "not_sent")


def test_the_provider_says_when(world):
    """A provider that names a time is asked again then."""
    world.add()
    channel = put(world, NotSent(retry_after=7))
    world.write("been better")
    world.wait(seconds=6)
    assert len(channel.tried) == 1
    channel.error = None
    world.wait(seconds=1)
    assert outcome(world) == ("sent", None)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Unknown(), ("uncertain", "no_answer")),
        (OSError(), ("uncertain", "no_answer")),
        (Refused(), ("failed", "refused")),
        (Gone(), ("failed", "gone")),
    ],
    ids=["unknown", "crash", "refused", "gone"],
)
def test_never_blindly_again(world, error, expected):
    """What may have gone, and what never will, is not tried a second time."""
    sam = world.add()
    channel = put(world, error)
    world.write("been better")
    world.wait(hours=3)
    assert len(channel.tried) == 1
    assert outcome(world) == expected
    assert world.client(sam).contact == ("unreachable" if isinstance(error, Gone) else "active")


def test_no_answer_in_time(new_world):
    """A provider that hangs is left after the time-out; the message is shown as uncertain."""
    world = new_world(send_seconds=0.1)
    world.add()

    class Hanging:
        name, pace = "telegram", Pace()

        async def send(self, message):

            await asyncio.sleep(5)

    world.app.channels["telegram"] = Hanging()
    world.write("been better")
    assert outcome(world) == ("uncertain", "no_answer")


def test_held_up_past_the_lease(world, monkeypatch):
    """A sender that was stopped before it wrote to the network gives the message back unsent."""
    world.add()
    world.write("been better", go=False)

    world.run(converse(world.app))
    app = replace(world.app, lease_seconds=0.5, send_seconds=0.2)
    whole = module.outbound

    def slow(*given):
        time.sleep(0.4)
        return whole(*given)

    monkeypatch.setattr(module, "outbound", slow)
    world.run(deliver(app))
    assert world.phone() == []
    assert outcome(world)[0] == "ready"
    monkeypatch.setattr(module, "outbound", whole)
    world.go()
    assert len(world.phone()) == 1
    assert outcome(world) == ("sent", None)


@pytest.mark.slow
def test_many_put_offs_lose_nothing(world):
    """A provider that says "too many" for half an hour gets the message in the end, once."""
    world.add()
    channel = put(world, NotSent(retry_after=30))
    world.write("been better")
    for _ in range(60):
        world.wait(seconds=30)
    assert len(channel.tried) == 61
    channel.error = NotSent()  # none of those tries was counted: all of the written ones are left
    world.wait(seconds=30)
    for seconds in (30, 120, 600):
        world.wait(seconds=seconds)
    channel.error = None
    world.wait(seconds=1800)
    assert outcome(world) == ("sent", None)
    assert len(world.phone()) == 1


def test_put_off_is_one_address(world):
    """What the provider puts off holds that address alone; everyone else is written to."""
    world.add()
    world.add("Dee", phone="1002")
    channel = put(world, NotSent(retry_after=60))
    world.write("been better")
    channel.error = None
    world.write("been better", phone="1002")
    world.write("and slept", go=False)
    world.wait(seconds=59)
    assert (len(world.phone()), len(world.phone("1002"))) == (0, 1)
    world.wait(seconds=1)
    assert len(world.phone()) == 2


def test_a_provider_that_says_at_once_is_not_asked_in_a_circle(world):
    """No wait at all counts as one second."""
    world.add()
    channel = put(world, NotSent(retry_after=0))
    world.write("been better")
    assert len(channel.tried) == 1


def test_a_question_that_failed_is_not_open(world):
    """Nobody can answer what was never on their phone."""
    world.add()
    put(world, Refused())
    world.write("been better")
    assert [prompt.open for prompt in world.rows(Prompt)] == [False]


def test_the_same_text_again_and_again_is_held(world):
    """The sixth time in five minutes the same text to one client waits for a person."""
    sam = world.add()
    hand_off.open_by_coach(world.app, sam)
    world.go()
    for _ in range(7):
        hand_off.say_as_coach(world.app, sam, "Are you there?")
        world.wait(seconds=10)
    hand_off.say_as_coach(world.app, sam, "It is Ana.")
    world.go()
    texts = [shown.text for shown in world.phone()]
    assert texts.count("Are you there?") == 5
    assert texts[-1] == "It is Ana."
    held = world.rows(Outbox, state="failed")
    assert [row.reason for row in held] == ["same_text"] * 2
    world.wait(minutes=5)
    hand_off.say_as_coach(world.app, sam, "Are you there?")
    world.go()
    assert len(world.phone()) == len(texts) + 1


def test_danger_is_answered_every_time(world):
    """The fixed reply is never held for being the same."""
    world.add()
    for number in range(7):
        world.write("I want to kill myself", id=f"again{number}")
    replies = world.rows(Outbox, kind="concern_reply")
    assert {row.state for row in replies} == {"sent"}


def test_an_alert_queued_before_the_clock_was_put_back(world):
    """A service whose clock goes back an hour does not let an alert wait for that hour."""
    world.add()
    channel = put(world, NotSent())
    world.write("I want to kill myself")
    channel.error = None
    world.wait(hours=-1)
    assert [row.state for row in world.rows(Outbox, lane="alert")] == ["sent"]
