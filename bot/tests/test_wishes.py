"""What is wished for, as an answer, and what is asked of us."""

from __future__ import annotations

import pytest

from actions.wishes import wishes_for_company

HOPES, HOW = "hopes_difference", "how"


@pytest.mark.parametrize(
    "text",
    [
        "id have someone to ring",
        "somebody to ring when its bad",
        "someone to talk to",
        "I'd like someone to talk to of an evening",
        "thered be somebody in the house",
        "a mate i could phone",
        "having people round",
        "to be able to speak to my kids",
        "knowing theres one person i can trust",
    ],
)
def test_a_wish_for_somebody_is_an_answer(text: str) -> None:
    """Where hopes are asked about, company is an answer."""
    assert wishes_for_company(text, HOPES, "Ana")
    assert not wishes_for_company(text, None, "Ana")


@pytest.mark.parametrize(
    "text",
    [
        "can someone ring me",
        "i want to talk to someone",
        "someone to ring me please",
        "i need someone to talk to now",
        "someone to talk to today",
        "i want to speak to ana",
        "to speak to my coach",
        "id like to talk to somebody",
        "id rather talk to a person",
        "get somebody to call me",
        "coach",
    ],
)
def test_what_is_asked_for_here_and_now_is_no_wish(text: str) -> None:
    """A request for a person stays one, whatever is asked."""
    assert not wishes_for_company(text, HOPES, "Ana")


def test_only_how_it_would_be_counts_beside_other_questions() -> None:
    """Beside a question that asks for no wish, only words that say "I'd have" are one."""
    assert wishes_for_company("id have someone to ring", HOW, "Ana")
    assert not wishes_for_company("someone to talk to", HOW, "Ana")
