"""How things on Telegram are named, so that an edit finds its message and no id tells a chat.

A message is `m<message id>.<tag>` and any other update `u<update id>.<tag>`. Telegram's edits name
the chat and the message id, never the update that brought the message: so a message is named by
these two, and the same message twice has the same name. The tag stands for the bot and the chat:
message ids start anew in each chat and with each bot. It is a keyed hash, because ids are kept
unsealed and a chat's number is somebody's address.
"""

import hashlib
import hmac
from dataclasses import dataclass, field

from channels.errors import Refused

TAG_LETTERS = 16


@dataclass(frozen=True)
class Ids:
    """Names what comes in and goes out for one bot; `key` must stay the same for ever."""

    bot: str
    key: bytes = field(repr=False)

    def message(self, chat: int, message: int) -> str:
        """The name of a message, as its edits can tell it too."""
        return f"m{message}.{self._tag(chat)}"

    def update(self, chat: int, update: int) -> str:
        """The name of what is no message: an edit, a tap, a block."""
        return f"u{update}.{self._tag(chat)}"

    def _tag(self, chat: int) -> str:
        named = f"telegram|{self.bot}|{chat}".encode()
        return hmac.new(self.key, named, hashlib.sha256).hexdigest()[:TAG_LETTERS]


def message_number(provider_id: str) -> int:
    """Telegram's own number of a message named by `Ids.message`. Raises Refused for others."""
    number = provider_id.partition(".")[0].removeprefix("m")
    if not (number.isascii() and number.isdigit()):
        raise Refused(Refused.__doc__)
    return int(number)
