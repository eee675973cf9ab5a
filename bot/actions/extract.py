"""The one extractor: what this turn is, decided from input kind, intent and the open question."""

from __future__ import annotations

import re
from dataclasses import dataclass

from actions.asked import request_of
from actions.exact import answer_in, plain
from actions.kinds import (
    FOR_A_PERSON,
    LITTLE,
    NATURES,
    STRONGEST,
    SURE,
    Nature,
    Sort,
)
from actions.turn import Reading, Turn

# A short label ("nothing", "alright") is only believed of a short message.
SHORT_ANSWER_WORDS = 9
# "no one" is only an answer where somebody was asked about.
NO_ONE_ANSWERS = {"who", "you_noticed", "helped", "what_else", "coping", None}
# So many words after a first little sentence are the answer.
MORE_WORDS = 3
_SENTENCE = re.compile(r"[.!\n]\s*")
# "yes" with more words beside it tells something.
YES_WORDS = 4
# A content label is believed from here on; below it words are simply what was told.
BELIEVED = 0.40
# What a person should see is believed sooner: unsure means worry before practical before noticing.
BELIEVED_FOR_A_PERSON = 0.25
# Inside an answer about what works, pain and worry need more than a leaning, or hard words.
BELIEVED_HARD = 0.60
BELIEVED_IN_AN_ANSWER = 0.75
# Hard words in a message the model is not sure is good news make it hard: here, where nothing
# was told before.
NEWS_TO = frozenset({"better", "shown_up", None})
_GOOD_AFTER_ALL = re.compile(r"\b(but|then|though|sorted|still)\b")
# The questions that ask how things are; the others ask about something already told.
OPENERS = frozenset({"better", "shown_up", "coping", "hard_coach", "worry_when", None})
_NOT_THERE = re.compile(
    # "Not much, it all went back" tells no absence: it says how little, and then what is wrong.
    r"^(i |ive |we )?(havent|hasnt|havnt|didnt|not(?! (much|a lot|great|good|really|well)\b)|no"
    r"|never|without|nobody|no one)\b"
)


@dataclass(frozen=True)
class Heard:
    """What a turn is, what was told in it, what a person should see, what was asked of us."""

    sort: Sort
    nature: Nature
    for_a_person: tuple[Nature, ...] = ()
    request: str | None = None
    hard_too: bool = False

    @property
    def told(self) -> bool:
        """Whether something was told in the client's own words."""
        return self.nature in {Nature.TOLD, Nature.HARD, Nature.LOSS, *FOR_A_PERSON}


def hear(turn: Turn) -> Heard:
    """Sort a turn. Only `text` answers a question, a `choice` its own prompt, an `event` never."""
    if turn.kind == "event":
        return Heard(Sort.EVENT, Nature.TOLD)
    if turn.kind == "choice":
        return Heard(Sort.CHOICE, Nature.TOLD)
    request, content = request_of(turn), _content(turn)
    if request and not content:
        return Heard(Sort.DETOUR, Nature.TOLD, request=request)
    sort = Sort.ANSWER if turn.open_asks else Sort.UNPROMPTED
    return Heard(sort, _nature(turn), _for_a_person(turn), request, _hard_too(turn))


def _content(turn: Turn) -> bool:
    """Whether a burst that asks something of us also tells something."""
    return any(
        NATURES.get(intent) in STRONGEST and confidence >= BELIEVED
        for intent, confidence in turn.reading.parts
    )


def _nature(turn: Turn) -> Nature:
    reading = turn.reading
    exact = answer_in(reading.text)
    if exact:
        return Nature(exact)
    labels = [(reading.intent, reading.confidence), *reading.parts]
    found = {NATURES[name] for name, sure in labels if _believed(turn, name, sure)}
    if _only_a_label(reading):
        found.discard(Nature.HARD)
        found.add(Nature.TOLD)
    strong = [nature for nature in STRONGEST if nature in found]
    if strong[:1] == [Nature.TOLD] and _rather_hard(turn):
        return Nature.HARD
    if turn.open_asks and Nature.TOLD in strong:
        return Nature.TOLD
    nature = _for_a_person_first(strong[0], reading) if strong else _little(turn)
    # "They've stopped my money": taken in as hard first, and passed on all the same.
    return Nature.HARD if nature is Nature.PRACTICAL and reading.marks.get("hard") else nature


def _rather_hard(turn: Turn) -> bool:
    """Hard words that the model took for good news without being sure: "just stayed in bed"."""
    reading = turn.reading
    unsure = reading.confidence < SURE and not _GOOD_AFTER_ALL.search(reading.text.lower())
    return turn.open_asks in NEWS_TO and bool(reading.marks.get("hard")) and unsure


def _little(turn: Turn) -> Nature:
    """A short answer, where the words are few and the question takes it; else it was told."""
    reading = turn.reading
    little = NATURES.get(reading.intent, Nature.TOLD)
    more_than_yes = little in {Nature.YES, Nature.OK} and reading.words > YES_WORDS
    not_asked_who = little is Nature.NO_ONE and turn.open_asks not in NO_ONE_ANSWERS
    if more_than_yes or not_asked_who:
        return Nature.TOLD
    if little in LITTLE and reading.confidence >= BELIEVED and _short(reading):
        return _held_steady_or_hard(little, reading)
    return Nature.HARD if reading.marks.get("hard") else Nature.TOLD


def _for_a_person_first(nature: Nature, reading: Reading) -> Nature:
    """A noticing the model is not sure of, with a matter our own rules see, is that matter."""
    also, did = reading.marks.get("also") or [], reading.marks.get("did")
    if nature is Nature.TOLD and also and (reading.confidence < SURE or did is None):
        return Nature(also[0])
    return nature


def _believed(turn: Turn, intent: str, confidence: float) -> bool:
    """Whether a label of this certainty is taken at its word here."""
    nature, marks = NATURES.get(intent), turn.reading.marks
    if nature in {Nature.HARD, Nature.LOSS}:
        return confidence >= (BELIEVED if marks.get("hard") else BELIEVED_HARD)
    one_word = turn.reading.words == 1  # "work" answers a question; alone, "boiler" is a matter
    if nature in FOR_A_PERSON and turn.open_asks and (one_word or turn.open_asks not in OPENERS):
        seen = nature.value in (marks.get("also") or [])
        return seen or (confidence >= BELIEVED_IN_AN_ANSWER and not one_word)
    needed = BELIEVED_FOR_A_PERSON if nature in FOR_A_PERSON else BELIEVED
    return nature is not None and confidence >= needed


def _only_a_label(reading: Reading) -> bool:
    """Whether "hard" is only the model's word, of a text that tells an absence ("no rows")."""
    hard_label = reading.intent == "share_hard" and not reading.parts
    absent = reading.marks.get("absence") or _NOT_THERE.match(plain(reading.text))
    return hard_label and not reading.marks.get("hard") and bool(absent)


def _short(reading: Reading) -> bool:
    """Little else is in it: "dunno. no i do, i wrote a list" is an answer in words."""
    if reading.parts and not all(NATURES.get(intent) in LITTLE for intent, _ in reading.parts):
        return False
    after = _SENTENCE.split(reading.text.strip(), maxsplit=1)
    if len(after) > 1 and len(after[1].split()) > MORE_WORDS:
        return False
    return reading.words <= SHORT_ANSWER_WORDS and not reading.marks.get("told")


def _held_steady_or_hard(nature: Nature, reading: Reading) -> Nature:
    """Only neutral words are little: "same shit" is worse, "nothing, it was awful" is hard."""
    return Nature.HARD if reading.marks.get("hard") else nature


def _for_a_person(turn: Turn) -> tuple[Nature, ...]:
    """Worry, practical and session matters in these words, the gravest first."""
    reading = turn.reading
    names = set(reading.marks.get("also") or [])
    for intent, confidence in ((reading.intent, reading.confidence), *reading.parts):
        nature = NATURES.get(intent)
        if nature in FOR_A_PERSON and _believed(turn, intent, confidence):
            names.add(str(nature.value))
    return tuple(nature for nature in FOR_A_PERSON if nature.value in names)


def _hard_too(turn: Turn) -> bool:
    """Whether good words came with hard ones, which are acknowledged and soften what follows."""
    return bool(turn.reading.marks.get("hard")) or hard_part(turn.reading)


def hard_part(reading: Reading) -> bool:
    """Whether one message of a burst is hard by itself, however the burst ends."""
    return any(
        NATURES.get(intent) in {Nature.HARD, Nature.LOSS} and confidence >= BELIEVED_HARD
        for intent, confidence in reading.parts
    )
