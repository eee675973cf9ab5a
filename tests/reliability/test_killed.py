"""T2 of the reliability page: kill -9 at random, of the real processes, with Telegram outside."""

import logging
import random
import time
from itertools import product

import pytest

from tests.channels.bot_api.running import wait_until
from tests.databases import KINDS
from tests.reliability.people import People
from tests.reliability.places import LONG, WITHIN, Place

log = logging.getLogger(__name__)

EACH = list(product(("polling", "webhook"), KINDS))  # in a short run each of both once
SLOW_ANSWER = 0.03  # seconds between taking a message and saying so: room to die in


class Running:
    """Web, worker and bot of one service, each begun again as soon as it was killed."""

    def __init__(self, place: Place, mode: str) -> None:
        self.place, self.mode = place, mode
        self.parts = {part: place.start(part, mode=mode) for part in ("bot", "worker", "web")}
        wait_until((place.folder / "run" / "bot.sock").exists, WITHIN)
        if mode == "webhook":
            place.posted_to(self.parts["web"])

    def kill(self, part: str) -> None:
        """Kills it, and begins it again on the same port."""
        life = self.parts[part]
        life.kill()
        self.parts[part] = self.place.start(part, mode=self.mode, port=life.port)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("mode", "database"), EACH if LONG else EACH[::3], indirect=["database"])
def test_killed_at_random(place, network, long, mode):
    """T2: 0 lost, 0 alerts lost, 0 ordinary messages twice, what may have gone is shown."""
    kills, dice = (100 if long else 4), random.Random(mode)
    people = People(place, kills)
    running = Running(place, mode)
    network.do("fault", kind="late", times=10**9, seconds=SLOW_ANSWER)
    began = time.monotonic()
    for number in range(kills):
        people.round(number)
        time.sleep(dice.uniform(0.05, 1.0))
        # The bot takes seconds to come back; the others are who keeps and who sends.
        running.kill("bot" if number % 25 == 10 else dice.choice(["worker", "worker", "web"]))
    # What Telegram still has is not lost, only not fetched yet.
    wait_until(lambda: not network.look()["waiting"], WITHIN)
    place.until_idle()
    uncertain = people.judge()
    took = time.monotonic() - began
    log.info("%s: %d kills in %.0f s, %d shown as uncertain", mode, kills, took, uncertain)
