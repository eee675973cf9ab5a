"""Starts a program, shows that it is still going, and keeps what it said for when it fails."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

from tools.setup.errors import CommandFailed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SIGN_OF_LIFE = 15.0  # seconds between lines where there is no terminal to draw progress in
LAST_LINES = 30


def say(text: str) -> None:
    """Print one line at once, also into a pipe."""
    print(text, flush=True)


def run(
    command: Sequence[object],
    *,
    what: str,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run `command` to its end, saying `what` is being done and how long it took.

    On a terminal the program draws its own progress; elsewhere a line every 15 seconds says that
    it is still going. The parts of `command` may be paths. Raises CommandFailed with the last
    lines of what it printed.
    """
    say(f"· {what} …")
    started = time.monotonic()
    words = [str(word) for word in command]
    if sys.stderr.isatty():
        code = subprocess.run(words, cwd=cwd, env=env, check=False).returncode
        output = ""
    else:
        code, output = _run_quietly(words, cwd=cwd, env=env, what=what)
    if code != 0:
        raise CommandFailed(" ".join(words), output)
    say(f"  done in {time.monotonic() - started:.0f} s: {_shortly(what)}")


def _shortly(what: str) -> str:
    """Two may be going on at once: each line says which it is about."""
    return what.partition(",")[0]


def _run_quietly(
    words: list[str], *, cwd: Path | None, env: Mapping[str, str] | None, what: str
) -> tuple[int, str]:
    started = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as kept:
        process = subprocess.Popen(words, cwd=cwd, env=env, stdout=kept, stderr=subprocess.STDOUT)
        while True:
            try:
                process.wait(SIGN_OF_LIFE)
                break
            except subprocess.TimeoutExpired:
                say(f"  still going after {time.monotonic() - started:.0f} s: {_shortly(what)}")
        kept.seek(0)
        return process.returncode, "\n".join(kept.read().splitlines()[-LAST_LINES:])
