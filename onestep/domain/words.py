"""Exact whole-message words (STOP, PAUSE, COACH …): they work without the bot, in any state."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from onestep.domain.words_en import ENGLISH
from onestep.domain.words_table import Word, WordTable

LANGUAGES: dict[str, WordTable] = {"en": ENGLISH}
FOR_BOT = frozenset({Word.SKIP, Word.LATER, Word.LESS, Word.MORE, Word.NOT_TODAY})


class Channel(StrEnum):
    """How a client is reached, as far as wording and words depend on it."""

    TELEGRAM = "telegram"
    SMS = "sms"


@dataclass(frozen=True)
class Command:
    """A word a client typed as a whole message.

    `rest` is what followed it, as typed: date words after PAUSE, the payload after /start.
    """

    word: Word
    rest: str = ""

    @property
    def for_bot(self) -> bool:
        """Say whether the bot takes it in the flow of the talk, rather than the application."""
        return self.word in FOR_BOT


# Telegram allows A-Z a-z 0-9 _ - up to 64 characters after /start.
_START_PAYLOAD = re.compile(r"/start(?:@\w{1,64})?[ ]+([A-Za-z0-9_-]{1,64})", re.IGNORECASE)
_SLASHED = re.compile(r"/(\w+)(?:@\w{1,64})?(.*)", re.DOTALL)
_LONGEST = 80
_LONGEST_TURN = 14  # words
_LONGEST_NO = 6  # words from "don't" to a name: "i dont want to talk to Ana"


def parse_command(
    text: str, channel: Channel | str, *, languages: Sequence[str] = ("en",)
) -> Command | None:
    """Return the command that the whole of `text` is, or None for talk.

    Case, stray punctuation, emoji at the edges and a leading slash do not matter. ASK_STOP is
    CANCEL, END or QUIT on Telegram: inside a question it means no, else ask once (terms page).
    Raises KeyError for a language without a table, ValueError for an unknown channel.
    """
    channel = Channel(channel)
    if len(text) > _LONGEST * 4:
        return None
    payload = _START_PAYLOAD.fullmatch(text.strip())
    if payload and channel is Channel.TELEGRAM:
        return Command(Word.START, payload.group(1))
    said = plain(text)
    if not said or len(said) > _LONGEST:
        return None
    for language in languages:
        found = _look_up(said, channel, LANGUAGES[language])
        if found:
            return found
    return None


def yes_or_no(text: str, *, languages: Sequence[str] = ("en",)) -> bool | None:
    """Return what the whole of `text` answers to a question that takes a yes or a no, if that.

    Only for a question just asked: "ok" by itself agrees to nothing.
    """
    said = " ".join(_bare_words(text))
    for language in languages:
        table = LANGUAGES[language]
        if said in table.yes or said in table.no:
            return said in table.yes
    return None


def carries_on(text: str, *, languages: Sequence[str] = ("en",)) -> bool:
    """Say whether the whole of `text` takes a pause back: "actually no, carry on".

    Only for who has paused: at any other time the words say something else.
    """
    words = _bare_words(text)
    if len(words) > _LONGEST_TURN:
        return False
    cuts = [(i, j) for i in range(len(words)) for j in range(i + 1, len(words) + 1)]
    for table in (LANGUAGES[language] for language in languages):
        for i, j in cuts:
            around = {*words[:i], *words[j:]}
            if " ".join(words[i:j]) in table.carry_on and around <= table.before_it:
                return True
    return False


def wants_another(text: str, coach: str, *, languages: Sequence[str] = ("en",)) -> bool:
    """Say whether who asks for a person here means another than `coach`, who has that name.

    Only for a text that asks for a person: "my mate got somebody new" asks for nobody.
    """
    words, name = _bare_words(text), _bare_words(coach)
    said = f" {' '.join(words)} "
    tables = [LANGUAGES[language] for language in languages]
    if any(f" {phrase} " in said for table in tables for phrase in table.another):
        return True
    return any(
        words[at : at + len(who)] == who and _turns_down(words[:at], table)
        for table in tables
        for who in (name, *(each.split() for each in table.own_coach))
        for at in range(1, len(words))
        if who
    )


def _turns_down(before: list[str], table: WordTable) -> bool:
    """Whether these words say no to whom the next one names."""
    near = f" {' '.join(before[-_LONGEST_NO:])} "
    return before[-1] in table.but or any(f" {phrase} " in near for phrase in table.will_not)


def _bare_words(text: str) -> list[str]:
    return re.findall(r"\w+", plain(text).replace("'", ""))


def plain(text: str) -> str:
    """Return `text` as it is looked up: one case, single spaces, bare edges, no slash."""
    text = unicodedata.normalize("NFKC", text).replace("\u2019", "'")
    text = "".join(c for c in text if unicodedata.category(c) != "Cf").strip()
    slashed = _SLASHED.fullmatch(text)
    if slashed:
        text = slashed.group(1) + slashed.group(2)
    return _bare(" ".join(text.casefold().replace("_", " ").split()))


def _bare(text: str) -> str:
    """Drop whatever is neither letter nor number from both ends: "*stop!!" is stop."""
    kept = [i for i, c in enumerate(text) if c.isalnum()]
    return text[kept[0] : kept[-1] + 1] if kept else ""


def _look_up(said: str, channel: Channel, table: WordTable) -> Command | None:
    if channel is Channel.TELEGRAM and said in table.in_chat:
        return Command(table.in_chat[said])
    for word, spellings in table.exact.items():
        if said in spellings:
            return Command(word)
    for start in table.exact[Word.PAUSE]:
        rest = _bare(said.removeprefix(start)) if said.startswith(start) else ""
        if rest and not said[len(start)].isalnum() and _only_date_words(rest, table):
            return Command(Word.PAUSE, rest)
    return None


def _only_date_words(rest: str, table: WordTable) -> bool:
    # "9:00", "31/12" and "2wks" fall into their parts; letters stay together.
    parts = re.findall(r"[^\W\d_]+|\d+", rest.replace("'", ""))
    allowed = table.date_words.union(table.number_endings)
    return all(part.isdecimal() or part in allowed for part in parts)
