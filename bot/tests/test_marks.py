"""What a message contains: told, done, hard, numbers, names, dates, and what may be given back."""

from __future__ import annotations

from typing import Any

import pytest

from components.reader import Reader

READER = Reader()


def marks(text: str) -> dict[str, Any]:
    """The marks of a text."""
    return READER.read(text)


def cut(text: str, name: str) -> str | None:
    """The stretch of the text that a mark points at."""
    span = marks(text)[name]
    return text[span[0] : span[1]] if span else None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("i just took it one day at a time", {"how"}),
        ("made myself go", {"how"}),
        ("by ringing first thing", {"how"}),
        ("music helped", {"helped"}),
        ("my sister helped me loads", {"helped"}),
        ("couldnt have done it without my nan", {"helped"}),
        ("my mum noticed", {"who"}),
        ("the lady at the group said i look well", {"who"}),
        ("nobody noticed", {"who"}),
        ("it made me feel human", {"difference"}),
        ("the house is calmer", {"difference"}),
        ("been sleeping better cos i put my phone downstairs, mum noticed and i feel calmer",
         {"how", "who", "difference"}),
        ("been sleeping better tbh", set()),
        ("i helped my neighbour with her shopping", set()),
        ("went to the library", set()),
    ],
)  # fmt: skip
def test_what_is_told_is_marked(text: str, told: set[str]) -> None:
    """How, what helped, who noticed and the difference are seen when told, and not else."""
    assert set(marks(text)["told"]) == told


@pytest.mark.parametrize(
    ("text", "did"),
    [
        ("cooked a proper tea", "self"), ("i rang my brother", "self"),
        ("won a tenner on the scratchcard", "happened"), ("my sister gave me a sofa", "happened"),
        ("got given a telly", "happened"), ("the sun was out", "happened"), ("alright", None),
        ("caught meself humming when i washed up", "happened"),
        ("it happened by itself", "happened"),
        ("noticed i was smiling", "happened"), ("went for a walk and noticed the birds", "self"),
        ("hiya\nbut good\nstarted at the garden", "self"), ("feeling a bit calmer", None),
    ],
)  # fmt: skip
def test_who_did_it(text: str, did: str | None) -> None:
    """A deed is theirs; luck and gifts happened to them."""
    assert marks(text)["did"] == did


def test_only_what_they_did_stands_before_how() -> None:
    """Words about somebody else may be given back, but not before "how did you do that?"."""
    assert marks("i cleaned the whole kitchen")["quote_is_theirs"]
    assert cut("the woman was actually nice", "quote")
    assert not marks("the woman was actually nice")["quote_is_theirs"]


@pytest.mark.parametrize(
    ("text", "hard"),
    [
        ("same shit", True), ("been a rough week", True), ("cant cope", True), ("feel low", True),
        ("not bad", False), ("less stressed", False), ("didnt row with mum", False),
        ("could be worse", False), ("can sit down properly now", False), ("calmed down", False),
    ],
)  # fmt: skip
def test_hard_words_and_their_opposites(text: str, *, hard: bool) -> None:
    """Words turned round by "not" or "less" are not hard."""
    assert marks(text)["hard"] is hard


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("6", 6.0), ("6 or 7", 6.5), ("6-7", 6.5), ("six and a half", 6.5), ("6.5", 6.5),
        ("7/10", 7.0), ("about a 4", 4.0), ("nought", 0.0), ("ten", 10.0), ("0", 0.0),
        ("10 minutes", None), ("half 9", None), ("no one", None), ("11", None), ("£5", None),
        ("3 weeks", None), ("getting there", None),
    ],
)  # fmt: skip
def test_a_place_on_the_scale(text: str, number: float | None) -> None:
    """Halves, ranges and words are numbers; times, money and counts are not."""
    assert marks(text)["number"] == number


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("leave me till monday week", "monday week"), ("pause 2 weeks", "2 weeks"),
        ("pip form needs sending by friday", "friday"), ("court on the 5th", "the 5th"),
        ("text me thurs 9am", "thurs 9am"), ("3 weeks ago", None), ("last monday", None),
        ("went for a walk", None),
    ],
)  # fmt: skip
def test_date_words(text: str, date: str | None) -> None:
    """Date words that look ahead, in the client's own words; what is past is no date."""
    assert cut(text, "date") == date


def test_names_are_people_not_days_or_towns() -> None:
    """A listed name counts; a name that is also a word only beside a person's word."""
    for text, name in [("my neighbour dave said hello", "dave"), ("my mate rose came", "rose")]:
        start, end = marks(text)["people"][0]
        assert text[start:end] == name
    for text in ("rose early", "went to swansea on monday", "may go to the shop"):
        assert marks(text)["people"] == []


@pytest.mark.parametrize(
    ("text", "also"),
    [
        ("worried about my mum", ["worry"]), ("not worried about it", []),
        ("boiler broke again", ["practical"]), ("theyve stopped my money", ["practical"]),
        ("ive been sanctioned", ["practical"]), ("sanction got lifted", []),
        ("uc stopped no money til the 12th", ["practical"]),
        ("need to send the pip form by friday", ["practical"]),
        ("sorted the letter from the council", []), ("paid the rent", []),
        ("cant make thursday", ["session"]), ("saw my kids on thursday", []),
        ("no worries", []), ("cant stop laughing", []),
    ],
)  # fmt: skip
def test_what_a_person_should_see(text: str, also: list[str]) -> None:
    """Worry, practical and session matters are seen inside other words; sorted ones are news."""
    assert marks(text)["also"] == also


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("been sleeping better tbh", "been sleeping better"),
        ("cooked a proper tea last night and it felt great", "cooked a proper tea last night"),
        ("yeah went for a walk lol", "went for a walk"),
    ],
)
def test_what_may_be_given_back(text: str, quote: str) -> None:
    """A few words that read well in quotation marks, without the little ones around them."""
    assert cut(text, "quote") == quote


NEVER = [
    "ok went for a walk", "dunno had a nice day i suppose", "dave came round for tea",
    "got 50 quid for my birthday", "paid my rent on time", "took my meds every day",
    "the stupid council rang", "went to the shop three times", "felt awful all week",
    "not had any rows", "fuck yeah went swimming", "my girlfriend left me and i went home",
    "i stopped drinking", "saw the doctor about my back", "HAD A LOVELY DAY OUT",
    "did you have a nice day?", "ran 5k on sunday", "went to see Bethan",
    "been to court and it went well", "slept in my own bed, no drugs",
]  # fmt: skip


@pytest.mark.parametrize("text", NEVER)
def test_what_is_never_given_back(text: str) -> None:
    """Insults, names, money, health, numbers, hard words; and nothing after ok or dunno."""
    banned = {
        "dave",
        "bethan",
        "quid",
        "rent",
        "meds",
        "stupid",
        "three",
        "awful",
        "not",
        "fuck",
        "left",
    }
    banned |= {"drinking", "doctor", "5k", "drugs", "court", "no", "50", "back"}
    quoted = (cut(text, "quote") or "").lower().split()
    assert not banned & set(quoted)
    assert not (quoted and text.split(maxsplit=1)[0] in {"ok", "dunno", "HAD", "did"})


def test_marks_hold_no_words() -> None:
    """Marks are kinds, numbers and places, never the client's words."""
    allowed = {"how", "helped", "who", "difference", "self", "happened", *("worry", "practical")}
    for value in marks("my mum noticed, i was worried about the boiler on friday").values():
        for one in value if isinstance(value, list) else [value]:
            assert not isinstance(one, str) or one in allowed | {"session"}


@pytest.mark.parametrize("text", ["", " ", "\n\n", "😀", "\u202emirrored", "a" * 4096, "? ! ."])
def test_odd_texts_are_read(text: str) -> None:
    """Empty, signs only, right to left, very long: marks all the same."""
    assert set(marks(text)) >= {"told", "did", "quote", "number"}
