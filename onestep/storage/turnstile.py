"""Lets the processes of one machine write in turn: who has waited goes before who comes.

SQLite has no line. A process that has just written asks again at once, and wins against one that
looks each millisecond; with many short transactions the other waits for as long as there are any.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic, sleep

ASK_EVERY = 0.001  # seconds


@contextmanager
def turnstile(path: str | None, *, until: float) -> Iterator[None]:
    """Held while one asks for the write lock, by one at a time; let go of once one has it.

    `until`, by the steady clock, is when one asks without it: whoever holds it may be stopped. So
    does one who cannot open the file. A process that dies lets go of it.
    """
    gate = None
    if path is not None:
        with suppress(OSError):
            gate = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while gate is not None and not _passed(gate) and monotonic() < until:
            sleep(ASK_EVERY)
        yield
    finally:
        if gate is not None:
            os.close(gate)


def _passed(gate: int) -> bool:
    try:
        fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
