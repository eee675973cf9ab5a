"""Choices as the buttons under a message, and back from what a press brings."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from ulid import ULID

from channels.base import Choice
from channels.errors import Refused

DATA_BYTES = 64  # what Telegram lets a button carry
BETWEEN = "|"  # in no prompt and no key
# A prompt begins with the id of its turn, "t" and a ULID: 27 letters of 16 bytes. Carried closer
# together it leaves room for the longest key there may be (onestep/content/parts.py).
_TURN = re.compile(r"^t([0-7][0-9A-HJKMNP-TV-Z]{25})")
_CLOSE = re.compile(r"^~([A-Za-z0-9_-]{22})")
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
    closer = _TURN.sub(_close, prompt or "", count=1)
    carried = f"{closer}{BETWEEN}{key}"
    if len(carried.encode()) > DATA_BYTES:
        raise Refused(Refused.__doc__)
    return carried


def read_data(carried: str) -> tuple[str | None, str | None]:
    """Prompt and key of a pressed button; neither for what we did not put there."""
    closer, between, key = carried.rpartition(BETWEEN)
    return (_CLOSE.sub(_open, closer, count=1) or None, key) if between else (None, None)


def _close(turn: re.Match[str]) -> str:
    return "~" + urlsafe_b64encode(ULID.from_str(turn[1]).bytes).decode().rstrip("=")


def _open(turn: re.Match[str]) -> str:
    return f"t{ULID.from_bytes(urlsafe_b64decode(turn[1] + '=='))}"


def _across(choices: tuple[Choice, ...]) -> int:
    """How many buttons stand beside each other, so that every label can be read."""
    longest = max(len(choice.label) for choice in choices)
    return max(1, min(ROW_BUTTONS, ROW_LETTERS // max(longest, 1)))
