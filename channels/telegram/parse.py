"""What one update of the Bot API says, as far as a client can have meant something by it.

Read from the raw JSON and not by the library's classes: one field they do not expect and they read
nothing, neither this update nor, when polling, any behind it (40 of 129 real updates were so).
"""

import re

from channels.base import ContactChange, Event, Inbound
from channels.errors import Unreadable
from channels.telegram.buttons import read_data
from channels.telegram.ids import Ids
from channels.telegram.raw import Fields, fields, load, moment, number, words
from channels.telegram.things import attachment, said

NAME = "telegram"
# What Telegram is asked to send us; the rest would only be thrown away.
WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
# The commands of the menu, and the same words without a slash.
COMMANDS = {
    "help": "help",
    "pause": "pause",
    "resume": "resume",
    "stop": "stop",
    "coach": "coach",
    "mywords": "my words",
    "settings": "settings",
}
START = re.compile(r"/start(?:@\w+)?(?:\s+([A-Za-z0-9_-]{1,64}))?\s*", re.IGNORECASE)
COMMAND = re.compile(r"/(\w+)(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
CHANGES = {"kicked": "blocked", "member": "unblocked"}


def read_update(body: bytes, ids: Ids) -> list[Event]:
    """What an update says: one event, or none where nobody asks anything of us.

    None for groups, channels, business chats, other bots and kinds of update we did not ask for.
    Raises Unreadable when it is not an update, or a client's words in it cannot be got at.
    """
    update = load(body)
    update_id = number(update.get("update_id"))
    if "message" in update:
        return _message(update["message"], ids)
    if "edited_message" in update:
        return _edit(update["edited_message"], ids, update_id)
    if "callback_query" in update:
        return _tap(update["callback_query"], ids, update_id)
    if "my_chat_member" in update:
        return _change(update["my_chat_member"], ids, update_id)
    return []


def _message(value: object, ids: Ids) -> list[Event]:
    message = _object(value)
    chat = _client(message)
    if chat is None:
        return []
    thing, text = attachment(message), said(message)
    if thing is None and not text:
        return []
    kind, text, code = ("attachment", text, None) if thing else _meant(text)
    return [
        Inbound(
            NAME,
            ids.message(chat, number(message.get("message_id"))),
            str(chat),
            text,
            kind=kind,
            code=code,
            sent_at=moment(message.get("date")),
            attachments=(thing,) if thing else (),
            replies_to=_replies_to(message, chat, ids),
        )
    ]


def _replies_to(message: Fields, chat: int, ids: Ids) -> str | None:
    """The message of this chat that it was written in answer to.

    One of another chat (external_reply) is none of ours to know of.
    """
    answered = fields(message.get("reply_to_message"))
    named = answered.get("message_id")
    if not isinstance(named, int) or isinstance(named, bool):
        return None
    return ids.message(chat, named) if fields(answered.get("chat")).get("id") == chat else None


def _edit(value: object, ids: Ids, update_id: int) -> list[Event]:
    """A later wording. Telegram also sends one when nothing that shows has changed."""
    message = _object(value)
    chat = _client(message)
    thing, text = attachment(message), said(message)
    # A phone that shares where it is edits its message every few seconds, for hours.
    if chat is None or "location" in message or (thing is None and not text):
        return []
    return [
        Inbound(
            NAME,
            ids.update(chat, update_id),
            str(chat),
            text,
            kind="edit",
            edits=ids.message(chat, number(message.get("message_id"))),
            sent_at=moment(message.get("edit_date")),
            attachments=(thing,) if thing else (),
        )
    ]


def _tap(value: object, ids: Ids, update_id: int) -> list[Event]:
    """A pressed button. One that is none of ours has no prompt and is only acknowledged."""
    query = _object(value)
    # The message may be one that Telegram no longer shows; its chat is always told.
    chat = _client(fields(query.get("message")), wrote=fields(query.get("from")))
    if chat is None:
        return []
    prompt, key = read_data(words(query.get("data")))
    return [
        Inbound(
            NAME,
            ids.update(chat, update_id),
            str(chat),
            kind="choice",
            prompt=prompt,
            key=key,
            callback=words(query.get("id")),
        )
    ]


def _change(value: object, ids: Ids, update_id: int) -> list[Event]:
    """A client blocked the bot, or took the block away."""
    member = _object(value)
    chat = _client(member)
    status = fields(member.get("new_chat_member")).get("status")
    change = CHANGES.get(status) if isinstance(status, str) else None
    if chat is None or change is None:
        return []
    at = moment(member.get("date"))
    return [ContactChange(NAME, ids.update(chat, update_id), str(chat), change, sent_at=at)]


def _object(value: object) -> Fields:
    if not isinstance(value, dict):
        raise Unreadable(Unreadable.__doc__)
    return value


def _client(message: Fields, *, wrote: Fields | None = None) -> int | None:
    """The chat of somebody writing to us alone, or None for what is not ours to answer."""
    chat = fields(message.get("chat"))
    wrote = fields(message.get("from")) if wrote is None else wrote
    if chat.get("type") != "private" or "business_connection_id" in message:
        return None
    return None if wrote.get("is_bot") else number(chat.get("id"))


def _meant(text: str) -> tuple[str, str, str | None]:
    """Kind, words and invite code of what was typed; a command becomes its plain words."""
    if start := START.fullmatch(text):
        return "join", "start", start[1] or ""
    command = COMMAND.fullmatch(text)
    word = COMMANDS.get(command[1].casefold()) if command else None
    if command is None or word is None:
        return "text", text, None
    return "text", f"{word} {command[2] or ''}".strip(), None
