"""Long texts go out in pieces (acceptance 7): between words, never inside a sign."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.telegram.split import LONGEST, parts

WORDS = st.text(st.sampled_from("ab é\n\u0301\u200d\ufe0f🙂👩🏽🇬🇧"), max_size=60)


def units(text):
    """The length Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def bare(text):
    """The text without white space."""
    return "".join(text.split())


@given(WORDS, st.integers(4, 20))
def test_pieces_are_the_text(text, longest):
    """No piece is too long or blank, and together they say what the text said."""
    pieces = parts(text, longest)
    assert all(units(piece) <= longest for piece in pieces)
    assert bare("".join(pieces)) == bare(text)
    assert len(pieces) == 1 or all(piece.strip() for piece in pieces)


@pytest.mark.parametrize("length", [1, 4095, 4096])
def test_what_fits_goes_as_it_is(length):
    """A text that fits is one piece, unchanged."""
    assert parts("x" * length) == ["x" * length]


def test_one_unit_more_is_two_pieces():
    """The most that Telegram takes is 4096 UTF-16 units: an emoji counts as two."""
    assert [len(piece) for piece in parts("x" * 4097)] == [4096, 1]
    assert [len(piece) for piece in parts("x" * 4095 + "🙂")] == [4095, 1]


def test_pieces_end_between_words():
    """No word is cut that could be kept whole, and nothing between words is lost."""
    text = " ".join(f"word{number}" for number in range(3000))
    pieces = parts(text)
    assert "".join(pieces) == text
    assert len(pieces) == 7
    assert [word for piece in pieces for word in piece.split()] == text.split()


@pytest.mark.parametrize("sign", ["🙂", "👩🏽", "e\u0301", "❤️", "👨‍👩‍👧", "🏴‍☠️"], ids=ascii)
def test_a_sign_is_never_cut(sign):
    """Neither a surrogate pair nor what is shown as one sign is parted, wherever the end falls."""
    for before in range(8):
        pieces = parts("x" * before + sign * 4096)
        for piece in pieces[1:]:
            assert piece.startswith(sign)
        assert all(units(piece) <= LONGEST for piece in pieces)
        assert "".join(pieces) == "x" * before + sign * 4096


def test_a_sign_without_end_is_cut_after_all():
    """Accents on accents for pages do not keep a text from going out."""
    text = "a" + "\u0301" * 9000
    assert "".join(parts(text)) == text
    assert all(unicodedata.category(piece[-1]) == "Mn" for piece in parts(text))


def test_blank_texts():
    """A blank text stays one piece, for Telegram to refuse; blank pages inside one are dropped."""
    assert parts("") == [""]
    assert parts("   ") == ["   "]
    assert [piece.strip() for piece in parts("a" + " " * 9000 + "b")] == ["a", "b"]
