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
# Whatever its words, a message read as one of these is not given back.
NEVER_GIVEN_BACK = frozenset({
    "share_hard", "share_loss", "share_worry", "practical_matter", "session_matter", "insult",
    "other_person", "not_me", "out_of_scope", "stop", "delete_record",
})  # fmt: skip


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR], is_trainable=False)
class Marks(GraphComponent):
    """Adds `marks` to a message, and reads unsure good news as the matter its words speak of."""

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
        if name in NEVER_GIVEN_BACK:
            marks["quote"] = None
        return marks
