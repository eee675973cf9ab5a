"""The wording reads at the age of nine to eleven.

Flesch-Kincaid, counted here: textstat brings nltk, whose syllable data is fetched at run time.
"""

import re
from statistics import mean

import pytest

from onestep.content import Content
from onestep.content.catalogue import LONGEST
from onestep.content.check import fill_longest

# A school year in Flesch-Kincaid is the age less five or six: year 5 is read at ten.
YEAR_AT_MOST = 5.0
YEAR_OF_ONE_MESSAGE = 8.0


def syllables(word: str) -> int:
    """A fair guess: groups of vowels, less a silent e."""
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    silent = word.lower().endswith("e") and not word.lower().endswith("le") and groups > 1
    return max(1, groups - silent)


def school_year(text: str) -> float:
    """The Flesch-Kincaid grade of a text."""
    sentences = [s for s in re.split(r"[.?!]", text) if re.search(r"[a-z]", s)]
    words = re.findall(r"[A-Za-z’']+", text)
    return (
        0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    )


def said(content: Content) -> dict[str, str]:
    """Every wording by itself, with the names and dates of an ordinary client."""
    return {
        wording.text: fill_longest(
            wording.text.replace("{coach}", "Ana").replace("{called}", "Sam")
        )
        for utterance in content.utterances.values()
        for wordings in utterance.variants().values()
        for wording in wordings
    }


def test_wording_is_read_at_nine_to_eleven(content: Content) -> None:
    """All wordings together read at the level of a ten-year-old or younger."""
    assert mean(school_year(text) for text in said(content).values()) <= YEAR_AT_MOST


def test_no_single_message_is_hard(content: Content) -> None:
    """Longer messages, where the measure means something, stay readable one by one."""
    hard = {
        text: round(school_year(text), 1)
        for text in said(content).values()
        if len(text.split()) >= 12 and school_year(text) > YEAR_OF_ONE_MESSAGE
    }
    assert hard == {}


@pytest.mark.parametrize(
    "text",
    ["Notwithstanding administrative considerations, participation necessitates authorisation."],
)
def test_measure_can_tell(text: str) -> None:
    """The measure calls official language hard."""
    assert school_year(text) > YEAR_OF_ONE_MESSAGE
    assert LONGEST
