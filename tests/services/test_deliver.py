"""The only way out: retries as written down, held-up senders send nothing, failures are shown."""

import asyncio
import time
from dataclasses import replace

import pytest

from channels.base import Gone, NotSent, OurFault, Refused, Unknown
from onestep.services import deliver as module
from onestep.services.converse import converse
from onestep.services.deliver import deliver
from onestep.storage.models import Outbox


class Failing:
    """A channel that fails in one way until it is told not to."""

    name = "telegram"

    def __init__(self, channel, error) -> None:
        self.channel, self.error, self.tried = channel, error, []

    async def send(self, message):
        """Fails, or hands it over."""
        self.tried.append(message.reference)
        if self.error is not None:
            raise self.error
        return await self.channel.send(message)


def failing(world, error):
    """Puts a failing channel in the place of Telegram."""
    channel = Failing(world.app.channels["telegram"], error)
    world.app.channels["telegram"] = channel
    return channel


def outcome(world):
    """State and reason of the only message."""
    (row,) = world.rows(Outbox)
    return row.state, row.reason


@pytest.mark.parametrize("error", [NotSent(), OurFault()], ids=["not sent", "our fault"])
def test_tried_again_at_written_times(world, error):
    """After 30 s, 2, 10 and 30 minutes; then it has failed and is shown."""
    world.add()
    channel = failing(world, error)
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
    channel = failing(world, NotSent(retry_after=7))
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
    channel = failing(world, error)
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
        name = "telegram"

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
    whole = module._outbound

    def slow(*given):
        time.sleep(0.4)
        return whole(*given)

    monkeypatch.setattr(module, "_outbound", slow)
    world.run(deliver(app))
    assert world.phone() == []
    assert outcome(world)[0] == "ready"
    monkeypatch.setattr(module, "_outbound", whole)
    world.go()
    assert len(world.phone()) == 1
    assert outcome(world) == ("sent", None)
