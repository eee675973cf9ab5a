"""Speak just enough HTTP/1.1 on a unix socket: POST /turn and GET /health, one at a time."""

import asyncio
import errno
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from server.errors import BadRequest, TooLarge, TurnError
from server.quiet import LOG, where
from server.request import LARGEST_BODY

LONGEST_HEAD = 8 * 1024  # bytes
_LONGEST_NUMBER = 12  # digits of a content-length
_PHRASES = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Content Too Large",
    500: "Internal Server Error",
}

Answering = Callable[[str, str, bytes], tuple[int, dict[str, Any]]]


class Connection(asyncio.Protocol):
    """One caller's connection: reads requests, answers each before it reads the next."""

    def __init__(self, answering: Answering) -> None:
        """Answer with the given function of (method, path, body)."""
        self._answering = answering
        self._unread = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast(asyncio.Transport, transport)  # a stream's transport writes

    def data_received(self, data: bytes) -> None:
        """Answer every request that is here as a whole."""
        self._unread += data
        try:
            while self._one():
                pass
        except BadRequest as refused:  # the frame itself is wrong: nothing after it can be read
            self._send(refused.status, error_body(refused), last=True)

    def _one(self) -> bool:
        """Answer the first whole request, if there is one."""
        end = self._unread.find(b"\r\n\r\n")
        if end < 0:
            if len(self._unread) > LONGEST_HEAD:
                raise BadRequest("the head is too long")
            return False
        method, path, headers = _head(bytes(self._unread[:end]))
        length = _length(headers)
        if len(self._unread) < end + 4 + length:
            return False
        body = bytes(self._unread[end + 4 : end + 4 + length])
        del self._unread[: end + 4 + length]
        status, answer = self._answering(method, path, body)
        self._send(status, answer, last=headers.get("connection", "").lower() == "close")
        return True

    def _send(self, status: int, answer: dict[str, Any], *, last: bool) -> None:
        if self._transport is None:
            return
        body = json.dumps(answer, separators=(",", ":")).encode()
        head = (
            f"HTTP/1.1 {status} {_PHRASES.get(status, 'Error')}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
            f"connection: {'close' if last else 'keep-alive'}\r\n\r\n"
        )
        self._transport.write(head.encode("ascii") + body)
        if last:
            self._transport.close()


def _head(raw: bytes) -> tuple[str, str, dict[str, str]]:
    try:
        first, *lines = raw.decode("ascii").split("\r\n")
        method, path, version = first.split(" ")
    except ValueError:
        raise BadRequest("not HTTP") from None
    if version not in ("HTTP/1.1", "HTTP/1.0"):
        raise BadRequest("not HTTP/1.1")
    pairs: list[tuple[str, str, str]] = [line.partition(":") for line in lines]
    return method, path, {name.strip().lower(): value.strip() for name, _, value in pairs}


def _length(headers: dict[str, str]) -> int:
    if "transfer-encoding" in headers:
        raise BadRequest("send a content-length")
    given = headers.get("content-length", "0")
    if not (given.isascii() and given.isdigit() and len(given) < _LONGEST_NUMBER):
        raise BadRequest("odd content-length")
    if int(given) > LARGEST_BODY:
        raise TooLarge
    return int(given)


def error_body(error: TurnError) -> dict[str, Any]:
    """Return {"error": {"code", "message"}}; the message is made of our own words."""
    return {"error": {"code": error.code, "message": str(error)}}


def told(error: BaseException) -> tuple[int, dict[str, Any]]:
    """Return status and body for any failure of a turn, and leave one line in the log.

    A failure that we did not name is told by its kind only: its text may quote the client.
    """
    if isinstance(error, TurnError):
        LOG.warning("turn refused or failed: %s (%s)", error.code, where(error))
        return error.status, error_body(error)
    LOG.error("turn failed: %s", where(error))
    kind = type(error).__name__
    return 500, {"error": {"code": "turn_failed", "message": f"the turn failed: {kind}"}}


def bound(path: Path) -> socket.socket:
    """Listen on a socket with 0600 from its first moment, replacing one left by a dead process.

    It is given its name last: whoever finds the name can connect.
    """
    if path.exists() and not path.is_socket():
        raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE), str(path))
    unseen = path.with_name(path.name + "~")
    unseen.unlink(missing_ok=True)
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        door.bind(str(unseen))
        door.listen()
        unseen.rename(path)
    except OSError:
        door.close()
        raise
    finally:
        os.umask(before)
    door.setblocking(False)
    return door


async def serve(door: socket.socket, answering: Answering) -> None:
    """Serve the socket until cancelled."""
    loop = asyncio.get_running_loop()
    server = await loop.create_unix_server(lambda: Connection(answering), sock=door)
    async with server:
        await server.serve_forever()
