"""Acceptance 7: parts are counted as the reference does, and cut between words, nothing lost."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sms.parts import is_gsm7, segments, split
from onestep.content import gsm

CONTENT = Path(__file__).resolve().parents[2] / "content"
REFERENCE = json.loads((CONTENT / "sms_segments_reference.json").read_text("utf-8"))["cases"]
# Words as people write them, with what makes counting hard: pairs of septets and of units.
WORDS = st.text(st.sampled_from("abcdeé €{}[]^~|\\\n😀👍жŵ’ç"), max_size=900)
AT_MOST = st.integers(1, 4)
FITTING = st.text(st.sampled_from("abé€😀ж"), min_size=1, max_size=60).filter(
    lambda word: segments(word) == 1
)


@pytest.mark.parametrize("name", REFERENCE)
def test_as_the_reference_counts(name):
    """Alphabet and parts agree with Twilio's own calculator."""
    case = REFERENCE[name]
    counted = ("GSM-7" if is_gsm7(case["text"]) else "UCS-2", segments(case["text"]))
    assert counted == (case["encoding"], case["segments"])


@given(WORDS)
def test_counted_as_the_wording_is(text):
    """What goes out is counted as what was written for it was: the two never disagree."""
    assert segments(text) == gsm.segments(text).count


@given(WORDS, AT_MOST)
def test_every_piece_fits(text, at_most):
    """No piece costs more than was allowed."""
    assert all(segments(piece) <= at_most for piece in split(text, segments_at_most=at_most))


@given(WORDS, AT_MOST)
def test_nothing_is_lost(text, at_most):
    """All signs but white space come through, in order; a text that fits is not touched."""
    pieces = split(text, segments_at_most=at_most)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    if segments(text) <= at_most:
        assert pieces == [text]


@given(st.lists(FITTING, max_size=60), AT_MOST)
def test_words_stay_whole(words, at_most):
    """A text is cut between words, wherever each word fits into one piece."""
    pieces = split(" ".join(words), segments_at_most=at_most)
    assert [word for piece in pieces for word in piece.split()] == words


@given(WORDS, AT_MOST)
def test_pairs_stay_whole(text, at_most):
    """No piece ends inside a surrogate pair: each can be written down by itself."""
    for piece in split(text, segments_at_most=at_most):
        piece.encode("utf-8")
        piece.encode("utf-16-be")


def test_a_word_without_end_is_cut():
    """A link of any length goes out in pieces, none inside a pair."""
    assert split("😀" * 200, segments_at_most=1) == ["😀" * 35] * 5 + ["😀" * 25]
    assert [len(piece) for piece in split("€" * 200, segments_at_most=1)] == [80, 80, 40]


def test_the_choices_stay_lines():
    """Numbered choices, which are in the text already, are still lines after a cut."""
    text = "word " * 70 + "\n1 Yes\n2 No\nReply with the number."
    assert split(text, segments_at_most=2)[-1].endswith("\n1 Yes\n2 No\nReply with the number.")


def test_long_texts_are_cut_quickly():
    """A text as large as a webhook takes is cut in a moment, whatever is in it."""
    assert len(split("😀 ж" * 16_000, segments_at_most=2)) < 1_000
    assert len(split("a" * 64_000, segments_at_most=10)) == 42


@pytest.mark.parametrize("text", ["", " ", "\n", " " * 2_000])
def test_there_is_always_a_piece(text):
    """Even nothing is one message; what to do with it is for the provider to say."""
    assert len(split(text, segments_at_most=2)) == 1
