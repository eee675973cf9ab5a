"""Choices as the buttons under a message, and back from what a press brings."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from channels.base import Choice, Refused

DATA_BYTES = 64  # what Telegram lets a button carry
BETWEEN = "|"  # in no prompt and no key
# What fits beside each other on a phone 320 px wide, before Telegram cuts a label short.
ROW_LETTERS = 24
ROW_BUTTONS = 6


def keyboard(choices: tuple[Choice, ...], prompt: str | None) -> InlineKeyboardMarkup | None:
    """The buttons of a message, none where there is no choice.

    Raises Refused when what a button has to carry is longer than Telegram lets it.
    """
    if not choices:
        return None
    buttons = [
        InlineKeyboardButton(choice.label, callback_data=data(prompt, choice.key))
        for choice in choices
    ]
    across = _across(choices)
    return InlineKeyboardMarkup(
        [buttons[first : first + across] for first in range(0, len(buttons), across)]
    )


def data(prompt: str | None, key: str) -> str:
    """What a button carries: its prompt and its key, at most 64 bytes. Raises Refused."""
    carried = f"{prompt or ''}{BETWEEN}{key}"
    if len(carried.encode()) > DATA_BYTES:
        raise Refused(Refused.__doc__)
    return carried


def read_data(carried: str) -> tuple[str | None, str | None]:
    """Prompt and key of a pressed button; neither for what we did not put there."""
    prompt, between, key = carried.rpartition(BETWEEN)
    return (prompt or None, key) if between else (None, None)


def _across(choices: tuple[Choice, ...]) -> int:
    """How many buttons stand beside each other, so that every label can be read."""
    longest = max(len(choice.label) for choice in choices)
    return max(1, min(ROW_BUTTONS, ROW_LETTERS // max(longest, 1)))
