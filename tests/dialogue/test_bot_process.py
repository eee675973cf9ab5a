"""Keeping a process running: with a small stand-in for the bot, started and killed for real."""

import asyncio
import contextlib
import os
import signal
import sys
import textwrap
from dataclasses import replace

import pytest

from onestep import bot_process
from onestep.bot_process import BotPlace, BotProcess
from onestep.bot_seal import network_cut, resident_mb
from onestep.dialogue import BotWouldNotStart

pytestmark = pytest.mark.slow

STAND_IN = """
    import os, socket, sys
    path = next(a.split("=", 1)[1] for a in sys.argv if a.startswith("--socket="))
    {before}
    if os.path.exists(path): os.unlink(path)
    door = socket.socket(socket.AF_UNIX); door.bind(path); door.listen(8)
    print("ready", sorted(os.environ), file=sys.stderr, flush=True)
    while True:
        line, _ = door.accept()
        line.recv(65536)
        {reply}
        line.close()
"""
HEALTHY = (
    'body = b\'{"model": "m", "rss_mb": 9, "turns": 0}\'; '
    'line.sendall(b"HTTP/1.1 200 OK\\r\\nconnection: close\\r\\ncontent-length: %d\\r\\n\\r\\n%s"'
    " % (len(body), body))"
)


@pytest.fixture
def place(tmp_path):
    """A place whose serve.py is the stand-in, healthy unless a test writes another."""

    def made(*, before="pass", reply=HEALTHY):
        code = textwrap.dedent(STAND_IN).format(before=before, reply=reply)
        (tmp_path / "serve.py").write_text(code)
        return BotPlace(tmp_path, sys.executable, tmp_path / "model", tmp_path / "b.sock")

    return made


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    """Look and wait in hundredths of a second."""
    monkeypatch.setattr(bot_process, "LOOK_EVERY", 0.05)
    monkeypatch.setattr(bot_process, "FIRST_WAIT", 0.05)


async def until(true, seconds=20):
    """Wait for something to become true."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110  what is waited for is outside this process
            await asyncio.sleep(0.02)


def test_it_starts_and_stops(place):
    """A started bot has a pid; a stopped one has none and its process is gone."""

    async def run():
        process = BotProcess(place())
        await process.start(timeout=20)
        pid = process.pid
        assert resident_mb(pid) is None or resident_mb(pid) > 0
        await process.stop()
        assert process.pid is None
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)

    asyncio.run(run())


def test_it_gives_an_empty_environment(place, monkeypatch, caplog):
    """Nothing of our environment, above all no secret, reaches the bot."""
    monkeypatch.setenv("ONESTEP_SECRET", "canary-5512")

    async def run():
        process = BotProcess(place())
        with caplog.at_level("INFO", "onestep.bot"):
            await process.start(timeout=20)
            await until(lambda: "ready" in caplog.text)
        await process.stop()

    asyncio.run(run())
    assert "ready" in caplog.text
    assert "ONESTEP_SECRET" not in caplog.text


def test_a_bot_that_ends_at_once_says_why(place):
    """The reason is its exit code and its last line."""

    async def run():
        process = BotProcess(place(before='sys.exit("no model here")'))
        with pytest.raises(BotWouldNotStart, match="exit 1; no model here"):
            await process.start(timeout=20)

    asyncio.run(run())


async def keeping(process, work):
    """Run keep_running beside some work, then end it."""
    keep = asyncio.create_task(process.keep_running())
    try:
        await work()
    finally:
        keep.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keep


def test_a_killed_bot_is_started_again(place):
    """SIGKILL from outside: another process serves soon, and it ends with us."""

    async def run():
        process = BotProcess(place())

        async def work():
            await until(lambda: process.pid)
            first = process.pid
            os.kill(first, signal.SIGKILL)
            await until(lambda: process.pid not in (None, first))

        await keeping(process, work)
        assert process.starts == 2
        assert process.pid is None

    asyncio.run(run())


def test_a_bot_that_grows_is_recycled(place):
    """Over its limit of memory it is stopped and started."""

    async def run():
        process = BotProcess(replace(place(), recycle_over_mb=0))
        await keeping(process, lambda: until(lambda: process.starts >= 2))

    asyncio.run(run())


def test_a_bot_that_hangs_is_restarted(place, monkeypatch):
    """Alive but silent on /health for too long: restarted."""
    monkeypatch.setattr(bot_process, "HUNG_AFTER", 0.3)
    once = "import time; n = globals().get('n', 0) + 1; time.sleep(60 if n > 1 else 0); "

    async def run():
        process = BotProcess(place(reply=once + HEALTHY))
        await keeping(process, lambda: until(lambda: process.starts >= 2))

    asyncio.run(run())


def test_the_network_is_cut_where_the_kernel_allows():
    """Inside the seal no address can be reached, not even this machine's own."""

    async def run():
        seal = await network_cut()
        if not seal:
            pytest.skip("this kernel allows no network namespace")
        code = "import socket; socket.create_connection(('127.0.0.1', 9), 2)"
        inside = await asyncio.create_subprocess_exec(
            *seal, sys.executable, "-c", code, stderr=asyncio.subprocess.PIPE
        )
        _, told = await inside.communicate()
        assert b"Network is unreachable" in told

    asyncio.run(run())
