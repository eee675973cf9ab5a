"""Find out what this machine can do to seal a process, and how big one has grown."""

import asyncio
import os
import shutil
from asyncio.subprocess import DEVNULL
from functools import cache
from pathlib import Path

# As root a network of its own is enough; anybody else needs a user namespace around it.
_WAYS = (["--net"], ["--user", "--map-current-user", "--net"], ["--user", "--net"])
_found: list[list[str]] = []


async def network_cut() -> list[str]:
    """Return the words to put before a command so that it has no network, or [] if none work.

    Tried once, on a command that does nothing.
    """
    if not _found:
        _found.append(await _first_that_works())
    return list(_found[0])


async def _first_that_works() -> list[str]:
    unshare = shutil.which("unshare")
    if unshare is None:
        return []
    nothing = shutil.which("true") or "/bin/true"
    for way in _WAYS:
        words = [unshare, *way, "--"]
        process = await asyncio.create_subprocess_exec(
            *words, nothing, env={}, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL
        )
        if await process.wait() == 0:
            return words
    return []


@cache
def _page() -> int:
    return os.sysconf("SC_PAGE_SIZE")


def resident_mb(pid: int) -> int | None:
    """Return the resident memory of a process in MiB; None where /proc is missing or it ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _page() // 2**20
    except (OSError, ValueError, IndexError):
        return None
