"""Telegram as a channel: webhook and polling in, messages, buttons and signs of life out."""

import hmac
import json
import re
import warnings
from collections.abc import Awaitable, Sequence
from contextlib import suppress

from telegram import LinkPreviewOptions
from telegram.warnings import PTBUserWarning

from channels.base import Answer, Attachment, Event, Outbound, Pace, Posted, Receipt
from channels.errors import Forged, Refused
from channels.telegram.buttons import keyboard
from channels.telegram.connection import API, Connection
from channels.telegram.download import download
from channels.telegram.failures import asked
from channels.telegram.ids import Ids, message_number
from channels.telegram.parse import NAME, WANTED, read_update
from channels.telegram.raw import LARGEST, clean, rows
from channels.telegram.split import parts

PATH = "/webhooks/telegram"
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105  # the header's name
LARGEST_FILE = 10 * 1024 * 1024  # bytes
AT_ONCE = 100  # the most updates Telegram hands over for one question
# It wants its own method used, whose parsing of updates is what must not happen.
UNWANTED = "Please use 'Bot.getUpdates' instead of 'Bot.do_api_request(\"getUpdates\", ...)'"


class Telegram:
    """Reaches the people who write to one bot."""

    def __init__(
        self,
        token: str,
        *,
        key: bytes,
        secret: str = "",
        base_url: str = API,
        seconds: float = 10.0,
        wait: float = 25.0,
    ) -> None:
        """Values as they are: a channel reads no settings.

        `key` names chats in ids and must stay the same (ids.py); `secret` is the webhook's, and
        without one no post is believed; a request may take `seconds`, a poll `wait` more.
        """
        self.connection = Connection(token, base_url=base_url.rstrip("/"), seconds=seconds)
        self.ids = Ids(token.partition(":")[0], key)
        self._secret = secret
        self._wait = wait

    def __repr__(self) -> str:
        """Says which bot, never its token."""
        return f"Telegram(bot={self.ids.bot!r})"

    @property
    def name(self) -> str:
        """The channel as addresses name it."""
        return NAME

    @property
    def pace(self) -> Pace:
        """A little under what Telegram asks for: 30 messages a second, one a second for a chat."""
        return Pace(per_second=25.0, per_address_seconds=1.0)

    @property
    def path(self) -> str:
        """Where Telegram posts."""
        return PATH

    @property
    def limit(self) -> int:
        """The largest post taken, in bytes."""
        return LARGEST

    def read(self, posted: Posted) -> Sequence[Event]:
        """What a post says. Raises Forged before anything is read, Unreadable."""
        shown = posted.headers.get(SECRET_HEADER, "").encode("utf-8", "replace")
        # compare_digest first: an unset secret takes as long to refuse as a wrong one.
        if not hmac.compare_digest(shown, self._secret.encode()) or not self._secret:
            raise Forged(Forged.__doc__)
        return self.parse(posted.body)

    def answer(self, _: Posted) -> Answer:
        """Telegram looks at the status only."""
        return Answer()

    def parse(self, raw: bytes) -> Sequence[Event]:
        """What one update says. Raises Unreadable."""
        return read_update(raw, self.ids)

    async def poll(self, after: int) -> Sequence[tuple[int, bytes]]:
        """Updates after number `after`; zero asks for all there are. Raises SendError.

        Pass on the number of the last one received, even where it is lower than one before:
        Telegram starts its numbers anew after a quiet week, and asked for one it has not reached
        it answers from the beginning, at once and for ever.
        """
        warnings.filterwarnings("ignore", re.escape(UNWANTED) + "$", PTBUserWarning)
        question = {"timeout": int(self._wait), "limit": AT_ONCE, "allowed_updates": list(WANTED)}
        if after:
            question["offset"] = after + 1
        answer = await asked(
            self.connection.bot().do_api_request(
                "getUpdates", question, read_timeout=self._wait + self.connection.seconds
            )
        )
        return [
            (number, json.dumps(update).encode())
            for update in rows(answer)
            if isinstance(number := update.get("update_id"), int)
        ]

    def parts(self, text: str) -> list[str]:
        """The text in pieces that each go as one message."""
        return parts(clean(text))

    async def send(self, message: Outbound) -> Receipt:
        """Hands one message to Telegram as plain text. Raises SendError."""
        chat = _chat(message.to)
        sent = await asked(
            self.connection.bot().send_message(
                chat,
                clean(message.text),
                reply_markup=keyboard(message.choices, message.prompt),
                # A preview shows a stranger what the message is about.
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        )
        return Receipt(self.ids.message(chat, sent.message_id))

    async def typing(self, to: str) -> None:
        """Shows "typing…" for five seconds, or until the next message. Raises SendError."""
        await asked(self.connection.bot().send_chat_action(_chat(to), "typing"))

    async def acknowledge(self, callback: str) -> None:
        """Ends the spinner on a pressed button; an old one has none. Raises SendError."""
        await _harmless(self.connection.bot().answer_callback_query(callback))

    async def tidy(self, to: str, provider_id: str) -> None:
        """Takes a message's buttons off; that they are off, or it is gone, is as good.

        Raises SendError.
        """
        number = message_number(provider_id)
        bot = self.connection.bot()
        await _harmless(bot.edit_message_reply_markup(_chat(to), number, reply_markup=None))

    async def fetch(self, attachment: Attachment) -> bytes:
        """The attachment's bytes, at most 10 MB, from Telegram's host only. Raises SendError."""
        if not attachment.reference or (attachment.size or 0) > LARGEST_FILE:
            raise Refused(Refused.__doc__)
        file = await asked(self.connection.bot().get_file(attachment.reference))
        where = file.file_path or ""
        # A Bot API server of somebody's own may name a file of its disk, or any address.
        if not where.startswith(self.connection.files) or ".." in where:
            raise Refused(Refused.__doc__)
        return await download(where, largest=LARGEST_FILE, steps=self.connection.timeout)

    async def close(self) -> None:
        """Lets go of the connections of the running loop."""
        await self.connection.close()


async def _harmless(call: Awaitable[object]) -> None:
    with suppress(Refused):
        await asked(call)


def _chat(to: str) -> int:
    """The number of a private chat: never a name, which could be anybody's, nor a group."""
    if not (to.isascii() and to.isdigit()):
        raise Refused(Refused.__doc__)
    return int(to)
