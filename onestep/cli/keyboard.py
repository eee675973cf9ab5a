"""Reads what a person types, line by line, so that Ctrl-C and Ctrl-D both end at once."""

import asyncio
import contextlib
import readline  # noqa: F401  # importing it gives input() its arrow keys and history
import sys
import termios
import threading
from collections.abc import AsyncIterator, Iterator

from onestep.cli.say import console


async def typed(prompt: str) -> AsyncIterator[str]:
    """Each line that is not empty, until the person ends it."""
    try:
        with _terminal_kept():
            while (text := await _line(prompt)) is not None:
                if text.strip():
                    yield text
    finally:
        if prompt:
            console.print()  # the shell's own prompt comes on a line of its own


async def _line(prompt: str) -> str | None:
    """One line, read on a thread that may be left behind; None at the end.

    A thread of the loop's own would be waited for: Ctrl-C would do nothing until Enter is pressed.
    """
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str | None] = loop.create_future()

    def answer(text: str | None) -> None:
        if not line.done():
            line.set_result(text)

    def read() -> None:
        try:
            text = console.input(prompt)
        except (EOFError, KeyboardInterrupt):
            text = None
        except UnicodeDecodeError:
            text = ""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(answer, text)

    threading.Thread(target=read, daemon=True).start()
    return await line


@contextlib.contextmanager
def _terminal_kept() -> Iterator[None]:
    """Leaves the terminal as it was, also when a line was being typed."""
    if not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
