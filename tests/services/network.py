"""A channel that fails when told to, keeps notes of every try, and may be asked afterwards."""

from dataclasses import replace

from channels.base import Pace, Receipt


class Network:
    """Stands before a simulated channel; `error` is raised instead of, or after, handing over."""

    def __init__(self, channel, error=None, *, pace=None, clock=None) -> None:
        self.channel, self.name, self.error = channel, channel.name, error
        self.pace, self.clock = pace or Pace(), clock
        self.arrives = False  # whether what fails lies on the phone all the same
        self.tried, self.at = [], []

    def parts(self, text):
        """In as many messages as the channel would."""
        return self.channel.parts(text)

    async def send(self, message):
        """Fails, or hands it over."""
        self.tried.append(message.reference)
        if self.error is not None:
            if self.arrives:
                await self.channel.send(message)
            raise self.error
        receipt = await self.channel.send(message)
        if self.clock is not None:
            self.at.append((self.clock(), message.to))
        return receipt


class Asked(Network):
    """One that can be looked up: what it says, or the error it raises."""

    said = None

    async def look_up(self, message, *, since):
        """As set: found, not found, or not now."""
        if isinstance(self.said, Exception):
            raise self.said
        return Receipt("found") if self.said else None


def put(world, error=None, *, name="telegram", kind=Network, **more):
    """Puts such a channel in the place of a world's own."""
    channel = kind(world.app.channels[name], error, clock=world.app.clock, **more)
    world.app = replace(world.app, channels={**world.app.channels, name: channel})
    return channel
