"""How updates leave: asked for (getUpdates), or posted to a webhook and posted again."""

import asyncio
import json
import time
from typing import Any

import httpx

from tests.channels.bot_api.faults import granted, refusal
from tests.channels.bot_api.ledger import Bot
from tests.channels.bot_api.methods import Answer, want

WEBHOOK_SET = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)
OTHER_COPY = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)
FAR_AHEAD = 10  # an offset further than this past the last update is taken for a mistake


class Bell:
    """Wakes whoever waits for the next update."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wakes all that wait now."""
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Waits for the next ring, at most so long."""
        try:
            await asyncio.wait_for(self._event.wait(), seconds)
        except TimeoutError:
            return


class Asked:
    """getUpdates: long waits, offsets, and one asker at a time."""

    def __init__(self, bot: Bot, bell: Bell) -> None:
        self._bot, self._bell, self._asker = bot, bell, 0

    async def answer(self, asked: dict[str, Any]) -> Answer:
        """The updates from `offset` on, waiting up to `timeout` seconds for the first."""
        if self._bot.webhook:
            return refusal(409, WEBHOOK_SET)
        self._asker += 1
        asker, until = self._asker, time.monotonic() + float(asked.get("timeout", 0))
        want(self._bot, asked)
        self._bell.ring()  # ends whoever asked before
        self._forget(int(asked.get("offset", 0)))
        while not self._bot.updates and (left := until - time.monotonic()) > 0:
            await self._bell.wait(left)
            if asker != self._asker:
                return refusal(409, OTHER_COPY)
        return granted(self._bot.updates[: min(int(asked.get("limit", 100)), 100)])

    def _forget(self, offset: int) -> None:
        if offset < 0:
            self._bot.updates = self._bot.updates[offset:]
        elif 0 < offset <= self._bot.next_update + FAR_AHEAD:
            self._bot.confirm(offset)
        # One still further ahead is a mistake to Telegram: it answers from the beginning.


class Posting:
    """Posts updates until they are taken: each chat's in order, chats side by side."""

    def __init__(self, bot: Bot, bell: Bell, *, again: float, patience: float) -> None:
        self._bot, self._bell = bot, bell
        self._again, self._patience = again, patience
        self._busy: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Posts for as long as it is not cancelled."""
        async with httpx.AsyncClient(timeout=self._patience) as client:
            while True:
                for update in list(self._bot.updates) if self._bot.webhook else []:
                    queue = _queue(update)
                    if queue not in self._busy and len(self._busy) < 40:
                        self._busy.add(queue)
                        task = asyncio.create_task(self._post(client, update, queue))
                        self._tasks.add(task)
                        task.add_done_callback(self._tasks.discard)
                await self._bell.wait(0.2)

    async def _post(self, client: httpx.AsyncClient, update: dict[str, Any], queue: int) -> None:
        try:
            while self._bot.webhook and any(each is update for each in self._bot.updates):
                if await self._taken(client, update):
                    self._bot.updates = [each for each in self._bot.updates if each is not update]
                    return
                await asyncio.sleep(self._again)
        finally:
            self._busy.discard(queue)
            self._bell.ring()

    async def _taken(self, client: httpx.AsyncClient, update: dict[str, Any]) -> bool:
        headers = {"content-type": "application/json"}
        if secret := self._bot.webhook.get("secret"):
            headers["x-telegram-bot-api-secret-token"] = secret
        began, status, error = time.time(), 0, ""
        try:
            answer = await client.post(
                self._bot.webhook["url"], content=json.dumps(update), headers=headers
            )
            status, error = answer.status_code, f"Wrong response from the webhook: {answer}"
        except httpx.TimeoutException:
            error = "Read timeout expired"
        except httpx.HTTPError:
            error = "Connection refused"
        post = {"update_id": update["update_id"], "status": status, "error": error}
        self._bot.posts.append({**post, "at": began, "seconds": time.time() - began})
        return 200 <= status < 300


def _queue(update: dict[str, Any]) -> int:
    """The chat an update belongs to: what is in one chat is posted in order."""
    for value in update.values():
        if isinstance(value, dict):
            chat = value.get("chat") or value.get("message", {}).get("chat")
            if chat:
                return int(chat["id"])
    return 0
