"""Posts signed updates at a steady rate over kept connections, as Telegram does."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from itertools import count

from benchmarks.webhook_parts import SECRET

CONNECTIONS = 40  # what Telegram opens at most, unless it is told otherwise
ids = count(1)


def update(chat: int, text: str) -> bytes:
    """One update, with all the fields that a real one of a private chat has."""
    number = next(ids)
    person = {"id": chat, "is_bot": False, "first_name": "Sam", "language_code": "en"}
    message = {
        "message_id": number,
        "from": person,
        "chat": {"id": chat, "first_name": "Sam", "type": "private"},
        "date": int(time.time()),
        "text": text,
    }
    return json.dumps({"update_id": number, "message": message}).encode()


@dataclass
class Poster:
    """One provider with its connections; every answer is timed from when it was due."""

    host: str
    port: int
    path: str
    seconds: list[float] = field(default_factory=list)
    refused: int = 0
    _free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(
        default_factory=asyncio.Queue
    )

    async def open(self, connections: int = CONNECTIONS) -> None:
        """Opens every connection."""
        for _ in range(connections):
            self._free.put_nowait(await asyncio.open_connection(self.host, self.port))

    async def close(self) -> None:
        """Closes them."""
        while not self._free.empty():
            _, writer = self._free.get_nowait()
            writer.close()

    async def post(self, body: bytes, *, due: float, timed: bool = True) -> None:
        """Posts one update; `due` by time.perf_counter."""
        reader, writer = await self._free.get()
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: {self.host}\r\n"
            "Content-Type: application/json; charset=utf-8\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        status = await _answer(reader)
        if timed:
            self.seconds.append(time.perf_counter() - due)
        self.refused += status != b"200"
        self._free.put_nowait((reader, writer))

    async def steadily(self, bodies: list[bytes], *, per_second: float) -> None:
        """Posts them all, each at its time, whatever became of those before."""
        began = time.perf_counter() + 0.1
        async with asyncio.TaskGroup() as group:
            for number, body in enumerate(bodies):
                due = began + number / per_second
                await asyncio.sleep(max(due - time.perf_counter(), 0))
                group.create_task(self.post(body, due=due))


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next(line for line in lines if line.startswith(b"content-length:"))
    await reader.readexactly(int(length.split(b":")[1]))
    return lines[0].split()[1]
