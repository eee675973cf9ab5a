"""A socket in the bot's place that is out of order until it is mended."""

import asyncio
import json
from contextlib import suppress

HOW = ("down", "hung", "empty", "garbage")
ANSWER = {
    "contract": 1,
    "model": "sha256:" + "0" * 64,
    "replies": [],
    "commands": [],
    "state": {},
    "understood": {"intent": "chat", "confidence": 0.9},
}
SAYS = [{"say": "chat", "values": {}, "asks": 0}]


class BrokenBot:
    """Where nobody listens, nothing is answered, nothing is in the answer, or it is nonsense."""

    def __init__(self, path, how):
        self.path, self.how = path, how
        self._server, self._over = None, asyncio.Event()

    async def __aenter__(self):
        if self.how != "down":
            await self._listen()
        return self

    async def __aexit__(self, *_):
        self._over.set()
        self._server.close()
        await self._server.wait_closed()

    async def mend(self):
        """From now on it answers each turn with a few words."""
        self.how = "well"
        self._over.set()
        if self._server is None:
            await self._listen()

    async def _listen(self):
        self._server = await asyncio.start_unix_server(self._serve, self.path)

    async def _serve(self, reader, writer):
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                length = int(head.split("content-length: ")[1].split("\r\n")[0])
                body = self._body(json.loads(await reader.readexactly(length)))
                if self.how == "hung":
                    await self._over.wait()
                    break
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        writer.close()

    def _body(self, asked):
        if self.how == "garbage":
            return b"\x00<html>not an answer"
        says = SAYS if self.how == "well" else []
        return json.dumps({**ANSWER, "turn_id": asked["turn_id"], "replies": says}).encode()
