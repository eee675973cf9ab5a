"""Keep one sealed bot process running: started sealed, watched, restarted, recycled."""

import asyncio
import contextlib
import logging
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from onestep.bot_seal import network_cut, resident_mb
from onestep.dialogue import BotAway, BotWouldNotStart, Dialogue, Health

LOG = logging.getLogger("onestep.bot")
FIRST_WAIT = 0.5  # seconds before a restart; doubles with each that follows a short life
LONGEST_WAIT = 30.0
LONG_LIFE = 60.0  # seconds; a process that lived this long starts the back-off anew
LOOK_EVERY = 1.0  # seconds between two looks at memory and health
HUNG_AFTER = 15.0  # seconds without an answer to /health; a turn may take 5
STOP_WITHIN = 5.0  # seconds between TERM and KILL


@dataclass(frozen=True, slots=True)
class BotPlace:
    """Where a bot is and how much it may take; one socket is one process."""

    bot: Path
    python: Path
    model: Path
    socket: Path
    recycle_over_mb: int = 2048
    cap_mb: int = 3072

    @classmethod
    def usual(cls, root: Path, run_dir: Path) -> "BotPlace":
        """Return the place of the bot that `make setup` made under root."""
        bot = root / "bot"
        python = bot / ".venv" / "bin" / "python"
        return cls(bot, python, bot / "models" / "onestep.tar.gz", run_dir / "bot.sock")

    def command(self) -> list[str]:
        """Return the command line, without the seal around it."""
        return [
            str(self.python),
            "-I",
            str(self.bot / "serve.py"),
            f"--socket={self.socket}",
            f"--model={self.model}",
            f"--cap-mb={self.cap_mb}",
            "--watch-stdin",
        ]


class BotProcess:
    """One sealed bot; `keep_running` is the loop that a worker awaits."""

    def __init__(self, place: BotPlace) -> None:
        """Nothing is started yet."""
        self.place = place
        self.starts = 0
        self.sealed = False
        self._process: Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._last_lines: deque[str] = deque(maxlen=5)

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        alive = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process is not None and alive else None

    async def start(self, *, timeout: float = 60.0) -> None:  # noqa: ASYNC109  a start has a limit
        """Start the bot and return when it answers.

        Raises BotWouldNotStart when it ends or has not answered after `timeout` seconds.
        """
        await self._spawn()
        try:
            async with asyncio.timeout(timeout):
                while await self._health() is None:
                    if self.pid is None:
                        raise BotWouldNotStart(f"it ended at once: {self._last_words()}")
                    await asyncio.sleep(0.1)
        except TimeoutError:
            await self.stop()
            raise BotWouldNotStart(f"no answer after {timeout:.0f} s") from None
        LOG.info("the bot is ready (pid %s, start %s)", self.pid, self.starts)

    async def stop(self) -> None:
        """End the process: TERM, then KILL."""
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                async with asyncio.timeout(STOP_WITHIN):
                    await process.wait()
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if self._reader is not None:
            await self._reader
            self._reader = None

    async def keep_running(self) -> None:
        """Run until cancelled: restart what dies, hangs or has grown too big."""
        wait = FIRST_WAIT
        clock = asyncio.get_running_loop().time
        try:
            while True:
                began = clock()
                try:
                    if self.pid is None:
                        await self.start()
                    LOG.warning("the bot is restarted: %s", await self._trouble())
                except BotWouldNotStart as error:
                    LOG.error("the bot would not start: %s", error)  # noqa: TRY400  our own words
                await self.stop()
                wait = FIRST_WAIT if clock() - began > LONG_LIFE else min(LONGEST_WAIT, wait * 2)
                await asyncio.sleep(wait)
        finally:
            await asyncio.shield(self.stop())

    async def _trouble(self) -> str:
        """Wait for a reason to restart, and say it."""
        clock = asyncio.get_running_loop().time
        heard = clock()
        while True:
            if self.pid is None:
                return f"it ended ({self._last_words()})"
            if await self._health() is not None:
                heard = clock()
            elif clock() - heard > HUNG_AFTER:
                return f"no sign of life for {HUNG_AFTER:.0f} s"
            size = resident_mb(self.pid) if self.pid else None
            if size is not None and size > self.place.recycle_over_mb:
                return f"it had grown to {size} MB"
            await asyncio.sleep(LOOK_EVERY)

    async def _spawn(self) -> None:
        seal = await network_cut()
        self.sealed = bool(seal)
        if not seal:
            LOG.warning("this kernel does not let us cut the bot's network off: no `unshare`")
        self.place.socket.parent.mkdir(parents=True, exist_ok=True)
        self._process = await asyncio.create_subprocess_exec(
            *seal,
            *self.place.command(),
            cwd=self.place.bot,
            env={},
            stdin=PIPE,  # kept open: the bot stops when it closes, so it cannot outlive us
            stdout=DEVNULL,
            stderr=PIPE,
            start_new_session=True,  # a Ctrl-C in the terminal is ours to pass on
        )
        self.starts += 1
        self._reader = asyncio.create_task(self._read_log(self._process))

    async def _read_log(self, process: Process) -> None:
        """Pass the bot's own log lines on; it writes no client's text (its tests prove it)."""
        if process.stderr is None:
            return
        async for raw in process.stderr:
            line = raw.decode("utf-8", "replace").strip()[:300]
            self._last_lines.append(line)
            LOG.info("bot: %s", line)

    def _last_words(self) -> str:
        code = self._process.returncode if self._process is not None else None
        return f"exit {code}; {self._last_lines[-1] if self._last_lines else 'no last line'}"

    async def _health(self) -> Health | None:
        async with Dialogue(self.place.socket, timeout=2.0) as dialogue:
            try:
                return await dialogue.health()
            except BotAway:
                return None
