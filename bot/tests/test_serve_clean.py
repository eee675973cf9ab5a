"""What the bot reads of a message: cleaned, never moved, never an intent."""

import pytest

from server.clean import LONGEST, cleaned, joined, neutral


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("been sleeping better tbh", "been sleeping better tbh"),
        ("café 😀 ŵ", "café 😀 ŵ"),
        ("a\nb\tc\x00d", "a b c d"),
        ("zero\u200bwidth\u202ertl\ufeff", "zero width rtl "),
        ("lone \ud800 one", "lone   one"),
    ],
)
def test_what_cannot_be_seen_becomes_a_space(text, read):
    """Control, format and surrogate characters turn into one space each; nothing else does."""
    assert cleaned(text) == read
    assert len(cleaned(text)) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "/restart",
        " /restart",
        "\u00a0/restart",
        "\u200b/restart",
        "\u2003\ufeff/restart",
        '/inform{"how": "x"}',
        '  //inform{"how": "a b"} /back',
        "/session_start",
        "/",
    ],
)
def test_a_typed_command_of_rasa_is_blank_to_the_reader(text):
    """Whatever hides the slash, nothing of the command is left, and the length stays."""
    read = neutral(cleaned(text))
    assert read.strip() == ""
    assert len(read) == len(text)


def test_only_the_head_is_blanked():
    """Words after it, and slashes inside a sentence, are read as they are."""
    assert neutral("/stop it works") == "      it works"
    assert neutral("and/or 1/2 /x") == "and/or 1/2 /x"
    assert neutral("plain") == "plain"


def test_a_burst_is_joined_and_placed():
    """Each message lies where its offsets say, in code points, also with emoji."""
    messages = [("m1", "hi 😀"), ("m2", "went\nout"), ("m3", "")]
    text, places = joined(messages)
    assert text == "hi 😀\nwent out\n"
    assert [(p.ref, text[p.start : p.end]) for p in places] == [
        ("m1", "hi 😀"),
        ("m2", "went out"),
        ("m3", ""),
    ]


def test_no_more_than_4096_code_points_are_read_in_all():
    """What lies beyond is cut off for the bot only; its ref stays, with an empty place."""
    text, places = joined([("m1", "a" * 4090), ("m2", "b" * 50), ("m3", "c")])
    assert len(text) <= LONGEST
    assert [(p.end - p.start) for p in places] == [4090, 5, 0]
    assert joined([("m", "😀" * 200_000)])[0] == "😀" * LONGEST
