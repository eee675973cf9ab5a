"""What the Bot API server knows: phones, updates, what was sent. The ledger in it is the judge."""

import itertools
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

FIRST_UPDATE = 500_000_001
FIRST_MESSAGE = 100


@dataclass
class Phone:
    """One person's Telegram: what lies on it, and whether they let the bot write."""

    chat: int
    name: str
    started: bool = False
    blocked: bool = False
    numbers: Any = field(default_factory=lambda: itertools.count(FIRST_MESSAGE))
    shown: dict[int, dict[str, Any]] = field(default_factory=dict)

    def person(self) -> dict[str, Any]:
        """The phone's owner, as Telegram writes people."""
        return {"id": self.chat, "is_bot": False, "first_name": self.name, "language_code": "en"}

    def place(self) -> dict[str, Any]:
        """The chat with them."""
        return {"id": self.chat, "first_name": self.name, "type": "private"}


@dataclass
class Bot:
    """One bot and all that happened to it."""

    token: str
    revoked: bool = False
    phones: dict[int, Phone] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list)  # not yet confirmed, in order
    next_update: int = FIRST_UPDATE
    wanted: list[str] | None = None
    webhook: dict[str, Any] = field(default_factory=dict)
    posts: list[dict[str, Any]] = field(default_factory=list)  # tries to post, with the status
    sent: list[dict[str, Any]] = field(default_factory=list)  # the ledger: all that was accepted
    early: int = 0  # sends that came before a flood's time was over
    refused: Counter[str] = field(default_factory=Counter)  # answers but 200, by their status
    answered: Counter[str] = field(default_factory=Counter)  # taps acknowledged, and how often
    taps: set[str] = field(default_factory=set)
    typing: Counter[int] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    menu: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)  # of files, where it is not the usual one

    @property
    def id(self) -> int:
        """The bot's own number, the first part of its token."""
        return int(self.token.partition(":")[0])

    def me(self) -> dict[str, Any]:
        """The bot, as getMe tells it."""
        return {
            "id": self.id,
            "is_bot": True,
            "first_name": "Onestep test",
            "username": "onestep_test_bot",
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    def phone(self, chat: int) -> Phone:
        """The phone with this chat, made when it is first used."""
        return self.phones.setdefault(chat, Phone(chat, f"Phone {chat}"))

    def push(self, kind: str, value: dict[str, Any]) -> dict[str, Any] | None:
        """A new update, kept until it is confirmed; none when the bot does not want its kind."""
        if self.wanted is not None and kind not in self.wanted:
            return None
        update = {"update_id": self.next_update, kind: value}
        self.next_update += 1
        self.updates.append(update)
        return update

    def push_raw(self, update: dict[str, Any]) -> None:
        """An update exactly as given, its number too."""
        self.updates.append(update)
        self.next_update = max(self.next_update, int(update.get("update_id", 0)) + 1)

    def confirm(self, before: int) -> None:
        """Forgets the updates below this number, for good."""
        self.updates = [update for update in self.updates if update["update_id"] >= before]

    def arrives(self, chat: int, fields: dict[str, Any]) -> dict[str, Any]:
        """Something new in a chat, from the phone, as a message."""
        phone = self.phone(chat)
        phone.started = True
        message = {
            "message_id": next(phone.numbers),
            "from": phone.person(),
            "chat": phone.place(),
            "date": int(time.time()),
            **fields,
        }
        phone.shown[message["message_id"]] = message
        return message

    def delivers(self, chat: int, fields: dict[str, Any]) -> dict[str, Any]:
        """Something new in a chat, from the bot; it goes into the ledger."""
        phone = self.phone(chat)
        message = {
            "message_id": next(phone.numbers),
            "from": {key: self.me()[key] for key in ("id", "is_bot", "first_name", "username")},
            "chat": phone.place(),
            "date": int(time.time()),
            **fields,
        }
        phone.shown[message["message_id"]] = message
        return message
