"""The pipeline component that marks what a message contains, beside its intent."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from components.reader import Reader

# What is good news or chat only when the classifier is surer than this: where the words also
# speak of a matter for a person, it is that matter.
SURE = 0.65
IDLE = frozenset({"share_noticing", "share_normal", "small_talk", "greet", "thanks", "answer_ok"})
MATTERS = {"worry": "share_worry", "practical": "practical_matter", "session": "session_matter"}
# Unsure means worry before practical before noticing: where a worry and a practical matter
# together are this likely, what seemed to leave nothing for anybody to act on is the likelier of
# the two. docs/decisions/0012-unsure-readings.md has the table this was chosen from.
# A long message has a little of everything in it: there it has to be the likelier reading.
LIKELY_A_MATTER, LIKELY_IN_A_STORY = 0.3, 0.5
STORY_WORDS = 20
LEAVES_NOTHING = IDLE | {
    "share_nothing", "share_same", "answer_dont_know", "moved_on", "out_of_scope",
}  # fmt: skip
FOR_A_PERSON = ("share_worry", "practical_matter")
AT_LEAST = 0.25  # what the actions ask before they believe such a label
# Whatever its words, a message read as one of these is not given back.
NEVER_GIVEN_BACK = frozenset({
    "share_hard", "share_loss", "share_worry", "practical_matter", "session_matter", "insult",
    "other_person", "not_me", "out_of_scope", "stop", "delete_record",
})  # fmt: skip


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR], is_trainable=False)
class Marks(GraphComponent):
    """Adds `marks` to a message, and reads unsure good news as the matter it may be."""

    def __init__(self) -> None:
        """Read the word lists once."""
        self._reader = Reader()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Marks:
        """Make the component, as rasa asks for it."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Mark each message that has a text."""
        for message in messages:
            text = message.get(TEXT)
            if text:
                message.set("marks", self._marked(message, text), add_to_output=True)
        return messages

    def _marked(self, message: Message, text: str) -> dict[str, Any]:
        marks = self._reader.read(text)
        intent = message.get(INTENT) or {}
        name = intent.get(INTENT_NAME_KEY)
        if name in IDLE and intent.get("confidence", 1.0) < SURE and marks["also"]:
            name = MATTERS[marks["also"][0]]
            message.set(INTENT, {**intent, INTENT_NAME_KEY: name}, add_to_output=True)
        elif name in LEAVES_NOTHING and (unsure := _matter_all_the_same(message, text)):
            name = unsure[INTENT_NAME_KEY]
            message.set(INTENT, unsure, add_to_output=True)
        if name in NEVER_GIVEN_BACK:
            marks["quote"] = None
        return marks


def _matter_all_the_same(message: Message, text: str) -> dict[str, Any] | None:
    """The matter for a person that the ranking leaves too likely to pass over, or None."""
    ranking = message.get("intent_ranking") or ()
    likely = {one[INTENT_NAME_KEY]: float(one["confidence"]) for one in ranking}
    each = [(likely.get(name, 0.0), name) for name in FOR_A_PERSON]
    together = sum(sure for sure, _ in each)
    story = len(text.split()) >= STORY_WORDS
    if together < (LIKELY_IN_A_STORY if story else LIKELY_A_MATTER):
        return None
    name = max(each, key=lambda one: one[0])[1]
    return {INTENT_NAME_KEY: name, "confidence": max(together, AT_LEAST)}
