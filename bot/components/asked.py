"""The pipeline component that believes a request for silence, or for a person, by its words."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from components.requests import Requests

_SURE_KEY = "confidence"


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR], is_trainable=False)
class Asked(GraphComponent):
    """Corrects the intent where stop, pause, resume or a person is at stake, and nowhere else.

    A classifier that has seen "stop" in a thousand requests finds one in "the voices dont stop".
    So such a request is believed only with words that plainly ask for it, and where the words
    are plain it is believed whatever the classifier says. The ranking stays as it was.
    """

    def __init__(self) -> None:
        """Compile the patterns once."""
        self._requests = Requests()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Asked:
        """Make the component, as rasa asks for it."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the intent of each message that has a text and a ranking."""
        for message in messages:
            text, ranking = message.get(TEXT), message.get("intent_ranking")
            if text and ranking:
                pairs = [(one[INTENT_NAME_KEY], one[_SURE_KEY]) for one in ranking]
                name, sure = self._requests.judge(text, pairs)
                believed = {INTENT_NAME_KEY: name, _SURE_KEY: sure}
                message.set(INTENT, believed, add_to_output=True)
        return messages
