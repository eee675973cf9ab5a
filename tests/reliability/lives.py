"""One warm process that forks a real web, worker or bot part for each order it reads.

A part begins in a tenth of a second instead of two, so hundreds can be killed; what it runs is
what `onestep web`, `onestep worker` and `onestep bot` run, but that its clock shows a morning.
"""

import asyncio
import ctypes
import json
import logging
import os
import signal
import sys
from datetime import timedelta

from onestep import safety, wiring, worker
from onestep.cli.bot import run_bot
from onestep.cli.web import run_web
from onestep.cli.worker import run_worker
from onestep.services.app import Clock
from onestep.settings import Settings

PARTS = {"web": run_web, "worker": run_worker, "bot": run_bot}
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux


def live(order: dict) -> None:
    """Is one part until it is told to end, or killed."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    logging.basicConfig(level=logging.WARNING)
    moved = timedelta(seconds=order["moved"])
    vars(wiring)["shared_clock"] = lambda _: Clock(moved=moved)  # there is no setting for it
    worker.POLL_SECONDS = order["poll"]
    asyncio.run(PARTS[order["part"]](Settings(_env_file=None, **order["settings"])))


def main() -> None:
    """Answers each order with the number of the process that it made."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them: the dead are gone
    import channels.telegram  # noqa: F401  # warm

    safety.ready("en")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                live(json.loads(line))
            finally:
                os._exit(1)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
