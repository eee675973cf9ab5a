"""R7: what one machine takes in wakes the worker of another that shares its PostgreSQL."""

import shutil

import pytest
from sqlalchemy import text

from tests.channels.bot_api.running import wait_until
from tests.reliability.places import WITHIN

CHAT, NEVER = 9600, 3600  # seconds between two looks of a loop: only a bell can have woken it
# The worker's connection for bells after its first statement, LISTEN; it may have rung since.
RESTS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'onestep bells'
    AND query <> '' AND state = 'idle'
"""


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_post_here_is_answered_by_the_worker_over_there(place, network):
    """R7: the real parts, each with a data folder of its own, and so without a common socket."""
    place.add([CHAT])
    network.do("open", chats=[CHAT])
    place.poll = NEVER
    here, elsewhere = place.settings["data"], place.folder / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(place.folder / "keys.json", elsewhere)
    place.settings["data"] = str(elsewhere)
    place.start("worker")

    def listens():
        with place.db.read() as session:
            return session.scalar(text(RESTS)) == 1

    wait_until(listens, WITHIN)
    place.settings["data"] = here
    place.posted_to(place.web())
    for times, day in enumerate(("20 March", "21 March"), 1):  # by the second, every loop rests
        network.phone(CHAT).type(f"PAUSE until {day}")
        wait_until(lambda times=times: len(network.ledger) == times, WITHIN)
        assert day in network.ledger[-1]["text"]
