"""Posts updates to web parts as Telegram does, many at a time."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress

import httpx

from channels.telegram.channel import PATH, SECRET_HEADER
from tests.reliability.places import SECRET

AT_ONCE = 40  # connections, as Telegram opens at most


def update(chat: int, number: int, text: str) -> bytes:
    """One update of a private chat, its message numbered like itself."""
    person = {"id": chat, "is_bot": False, "first_name": "Sam", "language_code": "en"}
    message = {
        "message_id": number,
        "from": person,
        "chat": {"id": chat, "first_name": "Sam", "type": "private"},
        "date": 1_772_620_200,
        "text": text,
    }
    return json.dumps({"update_id": 500_000_000 + number, "message": message}).encode()


def post_all(posts: Sequence[tuple[int, bytes]]) -> list[int]:
    """Posts each body to its port; the statuses, in the order given."""
    return asyncio.run(_post_all(posts))


async def _post_all(posts: Sequence[tuple[int, bytes]]) -> list[int]:
    headers = {"content-type": "application/json", SECRET_HEADER: SECRET}
    limits = httpx.Limits(max_connections=AT_ONCE)
    gate = asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(limits=limits, headers=headers, timeout=60) as client:

        async def post(port: int, body: bytes) -> int:
            async with gate:
                while True:
                    with suppress(httpx.TransportError):  # as a provider does: once more
                        url = f"http://127.0.0.1:{port}{PATH}"
                        return (await client.post(url, content=body)).status_code

        return await asyncio.gather(*(post(port, body) for port, body in posts))
