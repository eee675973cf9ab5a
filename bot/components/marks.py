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

# Whatever its words, a message read as one of these is not given back.
NEVER_GIVEN_BACK = frozenset({
    "share_hard", "share_loss", "share_worry", "practical_matter", "session_matter", "insult",
    "other_person", "not_me", "out_of_scope", "stop", "delete_record",
})  # fmt: skip


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR], is_trainable=False)
class Marks(GraphComponent):
    """Adds `marks` to a message; it never changes the text, the intent or any entity."""

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
                marks = self._reader.read(text)
                if (message.get(INTENT) or {}).get(INTENT_NAME_KEY) in NEVER_GIVEN_BACK:
                    marks["quote"] = None
                message.set("marks", marks, add_to_output=True)
        return messages
