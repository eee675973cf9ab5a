"""A conversation in the terminal, as a person reads it."""

import re

import pytest

from onestep.cli.show import show

LONG = (
    "Thank you for telling me. I am a computer programme and cannot see what you can see, so I "
    "have asked Ana to get in touch. If you are in danger now, ring 999."
)


@pytest.mark.parametrize("to", ["Sam", "coach"])
def test_a_long_message_is_shown_whole(capsys, to):
    """It is broken into lines inside its frame; no word is cut off."""
    show({"to": to, "text": LONG, "choices": [{"key": "a", "label": "Looking after myself " * 4}]})
    shown = " ".join(re.sub("[│╭╮╰╯─]", " ", capsys.readouterr().out).split())
    assert LONG in shown
    assert shown.count("Looking after myself") == 4
