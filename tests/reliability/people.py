"""People whose every message must show: what they write, and what must come of it on a phone.

Each thing has words of its own, so that the phones alone tell what was lost and what came twice:

a pause       until a date of its own, which the answer names
danger        from a phone of its own, which must get the fixed reply
a coach's     own words, each once on its client's phone
small talk    answered by the bot, in words that come again: counted against what was meant
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select

from onestep.services import hand_off
from onestep.storage.models import Message, Outbox
from onestep.storage.sealed import message_text
from tests.reliability.places import Place

DANGER, HELP_LINE = "I want to kill myself", "116 123"
TALK = (
    "slept better this week",
    "a bit better",
    "my sister came round and we cooked",
    "don't know really",
    "same as last time",
    "walked to the shop on my own",
)
PAUSED, TALKING, COACHED, IN_DANGER = 7000, 7100, 7200, 7300  # the first chat of each
EACH = 10  # phones of each kind but the last
FROM = date(2026, 3, 6)


@dataclass
class People:
    """Everybody who writes to one service, and what they may expect by now."""

    place: Place
    rounds: int  # at most so many
    clients: dict[int, str] = field(default_factory=dict)
    once: list[tuple[int, str]] = field(default_factory=list)  # (chat, words of its own)
    dangers: list[int] = field(default_factory=list)
    wrote: dict[int, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        chats = [first + n for first in (PAUSED, TALKING, COACHED) for n in range(EACH)]
        chats += range(IN_DANGER, IN_DANGER + self.rounds)
        self.clients = self.place.add(chats)
        self.place.network.do("open", chats=chats)
        for n in range(EACH):
            hand_off.open_by_coach(self.place.app(), self.clients[COACHED + n])

    def round(self, number: int) -> None:
        """One thing of each kind happens."""
        n, which = divmod(number, EACH)
        day = FROM + timedelta(days=n)
        self._write(PAUSED + which, f"PAUSE until {day.day} {day:%B}")
        self.once.append((PAUSED + which, f" {day.day} {day:%B}"))
        self._write(TALKING + which, TALK[number % len(TALK)])
        words = f"This is Ana, line {number:04d}."
        hand_off.say_as_coach(self.place.app(), self.clients[COACHED + which], words)
        self.once.append((COACHED + which, words))
        self._write(IN_DANGER + number, DANGER)
        self.dangers.append(IN_DANGER + number)

    def _write(self, chat: int, text: str) -> None:
        self.place.network.phone(chat).type(text)
        self.wrote.setdefault(chat, []).append(text)

    # the judge

    def judge(self) -> int:
        """Nothing lost, nothing ordinary twice, nothing silent; how many are shown as uncertain.

        The phones say what came; only what did not come may be looked for among what a person is
        shown.
        """
        came = [(sent["chat"], sent["text"]) for sent in self.place.network.ledger]
        shown = self.place.shown()
        for chat, words in self.once:
            times = sum(to == chat and words in text for to, text in came)
            assert times <= 1, f"twice: {words}"
            assert times or any(words in text for text in shown), (
                f"neither came nor shown: {words}"
            )
        for chat in self.dangers:
            assert any(to == chat and HELP_LINE in text for to, text in came), f"no reply: {chat}"
        for chat, texts in self.wrote.items():
            assert self.place.kept(self.clients[chat]) == texts
        self._small_talk(came)
        return len(shown)

    def _small_talk(self, came: list[tuple[int, str]]) -> None:
        """Each text was said as often as it was meant; once less only where that is shown."""
        meant, sent = Counter[tuple[int, str]](), Counter[tuple[int, str]]()
        chats = {client: chat for chat, client in self.clients.items()}
        with self.place.db.read() as session:
            rows = session.execute(
                select(Outbox, Message)
                .join(Message, Message.id == Outbox.message_id)
                .where(Outbox.lane == "ordinary", Outbox.state.in_(("sent", "uncertain")))
            )
            for row, message in rows:
                said = chats[row.client_id], message_text(session, message)
                meant[said] += 1
                sent[said] += row.state == "sent"
        ordinary = Counter(each for each in came if each[0] < IN_DANGER)
        assert not ordinary - meant, "said oftener than it was meant"
        assert not sent - ordinary, "held for sent, and on no phone"
