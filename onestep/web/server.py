"""Serves one web application on one socket until its task is cancelled."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette

from onestep.web.errors import PortTaken

LET_GO_WITHIN = 3  # seconds for what is being answered when we are told to end


def listen(host: str, port: int, setting: str) -> socket.socket:
    """A socket that listens. Raises PortTaken."""
    try:
        return socket.create_server((host, port), family=_family(host), backlog=512)
    except (OSError, OverflowError):
        raise PortTaken(
            f"Nobody can listen on port {port} of {host}, perhaps because somebody does: "
            f"set {setting} to another."
        ) from None


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


class _Server(uvicorn.Server):
    """One that leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(shown: Starlette, where: socket.socket) -> None:
    """Serves until cancelled; what is being answered then has a moment to end."""
    server = _Server(
        uvicorn.Config(
            shown,
            log_level="warning",
            access_log=False,  # the path of one webhook is a secret
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=LET_GO_WITHIN,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[where]))
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await serving
