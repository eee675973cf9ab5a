"""Starts the servers that are measured, on loopback, and ends exactly those again."""

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import httpx

from benchmarks.errors import WouldNotStart
from onestep.bot_seal import resident_mb

STOP_WITHIN = 10.0  # seconds between TERM and KILL
ENVIRONMENT = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SANIC_HOST": "127.0.0.1",  # the action server's default is every address
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONWARNINGS": "ignore",
}


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


class Server:
    """One process that answers HTTP on loopback."""

    def __init__(
        self, command: Sequence[str], *, where: Path, health: str, log: Path, seconds: float = 120
    ) -> None:
        """`health` answers 200 once it is ready; `seconds` is how long that may take."""
        self._command, self._where, self._health, self._log = command, where, health, log
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self.started_in = 0.0

    async def start(self) -> None:
        """Start it and return when it answers. Raises WouldNotStart."""
        began = time.perf_counter()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220  it only starts here
                self._command,
                cwd=self._where,
                env={**os.environ, **ENVIRONMENT},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C is ours: we end it, once, below
            )
        async with httpx.AsyncClient(trust_env=False) as client:
            while not await _answers(client, self._health):
                late = time.perf_counter() - began > self._seconds
                if late or self._process.poll() is not None:
                    raise WouldNotStart(f"{self._command[0]} did not come up:\n{self._told()}")
                await asyncio.sleep(0.1)
        self.started_in = time.perf_counter() - began

    def stop(self) -> None:
        """End the process and whatever it started."""
        if self._process is None or self._process.poll() is not None:
            return
        os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def resident_mb(self) -> int | None:
        """Return its resident memory, where /proc tells."""
        return resident_mb(self._process.pid) if self._process else None

    def _told(self) -> str:
        return "\n".join(self._log.read_text("utf-8", "replace").splitlines()[-15:])


async def _answers(client: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await client.get(address)).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
