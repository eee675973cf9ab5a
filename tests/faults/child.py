"""A worker that is killed at a point: one warm process that forks one worker for each job.

Reads jobs as lines of JSON, answers each with one line. A job names a folder with a prepared
database, what the client does, and where to die: the nth time a named point is reached. The
points are reached through the seams of the service alone: the bot, the channel, the database.
"""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.orm import Session

from onestep import safety
from onestep.content import load
from onestep.services.take_in import empty_spool
from onestep.storage.seal import read_keyring
from onestep.storage.spool import Spool
from onestep.worker import until_idle, work
from tests.conftest import ROOT, Made
from tests.services.away import away
from tests.services.world import World

SPOOL_POINTS = ("parked", "noted", "remove", "removed")
POINTS = ("turn_before", "turn_after", "send_before", "send_after", "commit", "committed")


class Reaper:
    """Counts how often each point is reached, and kills this process at one of them."""

    def __init__(self, point: str | None, nth: int) -> None:
        self.point, self.nth, self.reached = point, nth, Counter()

    def reach(self, point: str) -> None:
        """Called at every point."""
        self.reached[point] += 1
        if point == self.point and self.reached[point] == self.nth:
            os.kill(os.getpid(), signal.SIGKILL)


class Bot:
    """The scripted bot, with a point before and after its turn."""

    def __init__(self, bot, reaper: Reaper) -> None:
        self.bot, self.reaper = bot, reaper

    async def turn(self, turn):
        """One turn."""
        self.reaper.reach("turn_before")
        answer = await self.bot.turn(turn)
        self.reaper.reach("turn_after")
        return answer


class Channel:
    """The simulated channel, with a point before and after a message is handed over."""

    def __init__(self, channel, reaper: Reaper) -> None:
        self.channel, self.reaper, self.name = channel, reaper, channel.name
        self.pace = channel.pace

    def parts(self, text):
        """In as many messages as the channel would."""
        return self.channel.parts(text)

    async def send(self, message):
        """Hands one message over."""
        self.reaper.reach("send_before")
        receipt = await self.channel.send(message)
        self.reaper.reach("send_after")
        return receipt


class Waiting(Spool):
    """The spool, with a point after what it keeps and around what it forgets."""

    def __init__(self, spool: Spool, reaper: Reaper) -> None:
        super().__init__(spool.folder, spool._keyring)
        self.reaper = reaper

    def park(self, body, **more):
        """Keeps one message."""
        super().park(body, **more)
        self.reaper.reach("parked")

    def note(self, parked, **notes):
        """Keeps what was done about it."""
        noted = super().note(parked, **notes)
        self.reaper.reach("noted")
        return noted

    def remove(self, parked):
        """Forgets it."""
        self.reaper.reach("remove")
        super().remove(parked)
        self.reaper.reach("removed")


def run(content, job: dict) -> Counter:
    """Does one job in this process, to the end or to its death; returns the points reached."""
    folder = Path(job["folder"])
    made = Made(content, read_keyring(folder / "keys.json"), folder)
    world = World(folder, made, emergency_contact=job.get("contact"))
    reaper = Reaper(job.get("point"), job.get("nth", 0))
    event.listen(Session, "before_commit", lambda _: reaper.reach("commit"))
    event.listen(Session, "after_commit", lambda _: reaper.reach("committed"))
    channels = {name: Channel(each, reaper) for name, each in world.app.channels.items()}
    spool = Waiting(world.app.spool, reaper)
    world.app = replace(world.app, bot=Bot(world.bot, reaper), channels=channels, spool=spool)
    with away(world, "locked") if job.get("away") else nullcontext():
        for number, text in enumerate(job.get("texts", [])):
            world.write(text, id=f"w{number}", go=False)
        if job.get("away"):
            asyncio.run(empty_spool(world.app))
    if job.get("press"):
        world.write("", kind="choice", id="press", go=False, **job["press"])
    if job.get("forever"):
        asyncio.run(work(world.app))
    asyncio.run(until_idle(world.app))
    return reaper.reached


def say(**line) -> None:
    """One line of JSON to whoever runs us."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def serve() -> None:
    """Answers jobs until standard input ends."""
    safety.ready("en")
    content = load(ROOT / "content")
    for line in sys.stdin:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(writing, json.dumps(run(content, json.loads(line))).encode())
            os._exit(0)
        os.close(writing)
        if json.loads(line).get("forever"):
            say(pid=child)
        _, status = os.waitpid(child, 0)
        reached = os.read(reading, 65536)
        os.close(reading)
        say(status=os.waitstatus_to_exitcode(status), reached=json.loads(reached or b"{}"))


if __name__ == "__main__":
    serve()
