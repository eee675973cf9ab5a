"""What the marks component makes of an intent the classifier is not sure of."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.nlu.training_data.message import Message

from components.marks import Marks

MARKS = Marks()


def read(text: str, intent: str, sure: float) -> Message:
    """A message as the classifier leaves it, after the marks."""
    data: dict[str, Any] = {"text": text, "intent": {"name": intent, "confidence": sure}}
    return MARKS.process([Message(data=data)])[0]


@pytest.mark.parametrize(
    ("text", "sure", "name"),
    [
        ("the boiler is broken", 0.5, "practical_matter"),
        ("scared about the tribunal on monday", 0.4, "share_worry"),
        ("the boiler is broken", 0.9, "share_noticing"),
        ("baked a cake", 0.3, "share_noticing"),
    ],
)
def test_unsure_good_news_is_the_matter_its_words_speak_of(
    text: str, sure: float, name: str
) -> None:
    """Worry before practical before noticing, when the classifier is unsure."""
    assert read(text, "share_noticing", sure).get("intent")["name"] == name


@pytest.mark.parametrize(
    ("intent", "worry", "practical", "name"),
    [
        ("share_noticing", 0.2, 0.15, "share_worry"),
        ("share_noticing", 0.12, 0.2, "practical_matter"),
        ("moved_on", 0.05, 0.3, "practical_matter"),
        ("share_noticing", 0.1, 0.1, "share_noticing"),
        ("share_hard", 0.3, 0.1, "share_hard"),
        ("stop", 0.3, 0.1, "stop"),
    ],
)
def test_what_may_be_for_a_person_is_not_passed_over(
    intent: str, worry: float, practical: float, name: str
) -> None:
    """A worry and a practical matter together too likely win over what leaves nothing to do."""
    likely = {intent: 0.5, "share_worry": worry, "practical_matter": practical}
    ranking = [{"name": one, "confidence": sure} for one, sure in likely.items()]
    data: dict[str, Any] = {"text": "so it goes", "intent": ranking[0], "intent_ranking": ranking}
    found = MARKS.process([Message(data=data)])[0].get("intent")
    assert found["name"] == name
    assert found["confidence"] >= 0.3


@pytest.mark.parametrize(
    ("worry", "name"), [(0.35, "share_noticing"), (0.49, "share_noticing"), (0.5, "share_worry")]
)
def test_a_story_leans_only_where_a_matter_is_the_likelier_reading(
    worry: float, name: str
) -> None:
    """A long message has a little of everything in it; "it was raining" is no worry."""
    likely = {"share_noticing": 0.45, "share_worry": worry}
    ranking = [{"name": one, "confidence": sure} for one, sure in likely.items()]
    text = "and so it went on " * 4
    data: dict[str, Any] = {"text": text, "intent": ranking[0], "intent_ranking": ranking}
    assert MARKS.process([Message(data=data)])[0].get("intent")["name"] == name


def test_nothing_of_a_hard_message_is_given_back() -> None:
    """Harmless words are not given back when the whole is read as hard."""
    assert read("walked the dog by the river", "share_noticing", 0.9).get("marks")["quote"]
    assert read("walked the dog by the river", "share_hard", 0.9).get("marks")["quote"] is None
