"""Starts other people's programs for a test, and ends what it started, by its id."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

STARTED_WITHIN = 60  # seconds


def missing(what: str) -> NoReturn:
    """A peer that cannot be had: a skip that says why; a failure where nobody reads of skips."""
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(what)
    pytest.skip(what)


def free_port() -> int:
    """A port on this machine that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port: int) -> bool:
    """Whether somebody answers there."""
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(
    command: Sequence[object], *, folder: Path, ready: Callable[[], bool]
) -> Iterator[subprocess.Popen]:
    """The program, from when it is ready until the end of the block."""
    log = folder / f"{Path(str(command[0])).name}-{time.monotonic_ns()}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(process, ready, log)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen, ready: Callable[[], bool], log: Path) -> None:
    until = time.monotonic() + STARTED_WITHIN
    while not ready():
        said = log.read_text("utf-8", "replace")[-2000:]
        assert process.poll() is None, f"it ended before it was ready:\n{said}"
        assert time.monotonic() < until, f"it was not ready in time:\n{said}"
        time.sleep(0.05)
