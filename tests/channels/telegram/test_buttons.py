"""Choices as buttons: what they carry fits, and comes back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import Choice
from channels.errors import Refused
from channels.telegram.buttons import data, keyboard, read_data
from onestep.content.parts import LONGEST_AREA_KEY

TURN = "t01JABCDEFGHJKMNPQRSTVWXYZ0"


@pytest.mark.parametrize(
    ("prompt", "key"),
    [
        (f"{TURN}:rating_area", "involvement_and_decisions"),
        (f"{TURN}:rating_area", "k" * LONGEST_AREA_KEY),
        (f"{TURN}:stop_or_no", "no"),
        (TURN, "1"),
        ("p", ""),
        (None, "yes"),
    ],
)
def test_a_button_brings_back_what_it_carries(prompt, key):
    """Prompt and key come back from what a press brings, in the 64 bytes there are."""
    carried = data(prompt, key)
    assert 1 <= len(carried.encode()) <= 64
    assert read_data(carried) == (prompt, key)


@pytest.mark.parametrize("carried", ["", "x", "p:k"])
def test_what_we_did_not_write_is_no_choice(carried):
    """Acceptance 8: a button of another making has neither prompt nor key."""
    assert read_data(carried) == (None, None)


def test_what_does_not_fit_is_refused():
    """A key too long for a button is told at once, not by a press that means something else."""
    with pytest.raises(Refused):
        data(f"{TURN}:rating_area", "k" * (LONGEST_AREA_KEY + 1))


def test_a_button_from_before_is_understood():
    """One that a phone has shown since ids were carried in full is still what it was."""
    assert read_data(f"{TURN}:stop_or_no|no") == (f"{TURN}:stop_or_no", "no")


@given(st.text(max_size=40))
def test_whatever_a_press_brings_is_read(carried):
    """Bad input: what is made up to look like ours is a prompt that nobody has, or none."""
    read_data("~" + carried)
    read_data("~" + "_" * 22 + carried)


@pytest.mark.parametrize(
    ("labels", "rows"),
    [
        (["Yes", "No"], [2]),
        ([str(number) for number in range(11)], [6, 5]),
        (["Somewhere to live", "Money", "Health"], [1, 1, 1]),
        (["Too easy", "About right", "Too much"], [2, 1]),
        (["x" * 60], [1]),
    ],
)
def test_labels_can_be_read(labels, rows):
    """Short labels stand beside each other, long ones alone, on a narrow phone."""
    choices = tuple(Choice(str(number), label) for number, label in enumerate(labels))
    shown = keyboard(choices, "p").inline_keyboard
    assert [len(row) for row in shown] == rows
    assert [button.text for row in shown for button in row] == labels


def test_no_choices_no_keyboard():
    """A message without choices has no buttons."""
    assert keyboard((), "p") is None
