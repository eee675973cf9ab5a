"""Segments are counted as the provider counts them."""

import json
from pathlib import Path

import pytest

from onestep.content.gsm import is_gsm7, segments, straighten, to_gsm7

# Counted by Twilio's sms-segments-calculator 1.3.0 (MIT); the file says so itself.
REFERENCE = json.loads(Path(__file__).with_name("sms_segments_reference.json").read_text("utf-8"))


@pytest.mark.parametrize("name", REFERENCE["cases"])
def test_segments_are_those_of_the_reference(name: str) -> None:
    """Encoding and number of parts agree with Twilio's own calculator."""
    case = REFERENCE["cases"][name]
    counted = segments(case["text"])
    assert (counted.encoding, counted.count) == (case["encoding"], case["segments"])


def test_escape_sign_is_not_a_letter() -> None:
    """The bare escape sign of the alphabet is refused, so that no text can smuggle it in."""
    assert not is_gsm7("\x1b")


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("It’s “fine” – really…", 'It\'s "fine" - really...'),
        ("Siân, Zoë, Łukasz", None),
        ("Siân and Zoë", "Sian and Zoe"),
        ("Ana\u00a0B", "Ana B"),
        ("Ä é è Ñ £ €", "Ä é è Ñ £ €"),
        ("e\u0301", "é"),
        ("😀", None),
        ("مرحبا", None),
    ],
)
def test_our_wording_is_brought_into_the_alphabet(written: str, sent: str | None) -> None:
    """Typographic signs become plain, foreign accents fall, and what has no letter is refused."""
    assert to_gsm7(written) == sent


def test_straightening_changes_no_word() -> None:
    """Only signs change, never letters."""
    assert straighten("didn’t “do” it") == 'didn\'t "do" it'
