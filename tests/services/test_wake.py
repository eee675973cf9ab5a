"""A bell rung in one process wakes a worker of another; one that nobody hears does no harm."""

import asyncio
import os
import socket
import stat
import sys

import pytest

from onestep.services.app import Bells
from onestep.services.errors import FolderTooDeep
from onestep.services.wake import Wakes

ELSEWHERE = """
import sys
from pathlib import Path
from onestep.services.wake import Wakes
Wakes(Path(sys.argv[1])).ring("inbox")
"""


@pytest.mark.slow
def test_a_bell_is_heard_in_another_process(tmp_path):
    """Long before the second after which a worker looks by itself."""

    async def rings():
        bells = Bells()
        with Wakes(tmp_path).heard(bells):
            bell = bells.listen("inbox")
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", ELSEWHERE, str(tmp_path)
            )
            async with asyncio.timeout(30):
                await bell.rest(60)
            assert await process.wait() == 0

    asyncio.run(rings())


def test_one_does_not_ring_oneself(tmp_path):
    """Our own bells have been rung already; what we hear, others rang."""

    async def rings():
        heard, bells = [], Bells()
        bells.ring_here = heard.append
        with Wakes(tmp_path).heard(bells):
            Wakes(tmp_path).ring("inbox")
            await asyncio.sleep(0.01)
        return heard

    assert asyncio.run(rings()) == []


def test_who_died_is_tidied_away_and_who_is_deaf_does_no_harm(tmp_path):
    """A socket that nobody holds is removed; a queue that is full is left alone."""
    dead, deaf = tmp_path / "1.bell", tmp_path / "2.bell"
    for path in (dead, deaf):
        bound = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        bound.bind(str(path))
        if path is dead:
            bound.close()
    for _ in range(2000):
        Wakes(tmp_path).ring("inbox")
    bound.close()
    assert not dead.exists()
    assert deaf.exists()


def test_nobody_else_may_ring(tmp_path):
    """The socket is for this account alone and is gone when its worker is."""

    async def listens():
        with Wakes(tmp_path / "run").heard(Bells()):
            path = tmp_path / "run" / f"{os.getpid()}.bell"
            return (
                path,
                stat.S_IMODE(path.stat().st_mode),
                stat.S_IMODE(path.parent.stat().st_mode),
            )

    path, mode, of_folder = asyncio.run(listens())
    assert (mode, of_folder) == (0o600, 0o700)
    assert not path.exists()


def test_no_folder_is_no_fault(tmp_path):
    """Where no worker has ever run, a ring is heard by nobody."""
    Wakes(tmp_path / "nowhere").ring("inbox")


def test_a_folder_too_deep_is_refused_in_a_sentence(tmp_path):
    """A socket's path has a limit that the system does not explain."""

    async def listens():
        with Wakes(tmp_path / ("deep" * 30)).heard(Bells()):
            pass

    with pytest.raises(FolderTooDeep, match="ONESTEP_DATA"):
        asyncio.run(listens())
