"""Rasa's n-gram featurizer and logistic regression, without the work that nobody reads here."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.nlu.constants import DENSE_FEATURIZABLE_ATTRIBUTES
from rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer import (
    CountVectorsFeaturizer,
)
from rasa.shared.nlu.training_data.training_data import TrainingData


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceCounts(CountVectorsFeaturizer):
    """Counts n-grams of the whole message; the counts of each single word are left out.

    The classifier below reads sentence features only, and the words' features cost as much
    again, in training and in every turn.
    """

    def _create_features(
        self, attribute: str, all_tokens: list[list[str]]
    ) -> tuple[list[Any], list[Any]]:
        vectorizer = self.vectorizers.get(attribute)
        nothing: list[Any] = [None] * len(all_tokens)
        if not vectorizer or attribute not in DENSE_FEATURIZABLE_ATTRIBUTES:
            return nothing, nothing
        counts = [
            vectorizer.transform([" ".join(tokens)]).tocoo() if tokens else None
            for tokens in all_tokens
        ]
        return nothing, counts


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Intents(LogisticRegressionClassifier):
    """Rasa's logistic regression with its strength of smoothing (`C`) to set."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return Rasa's defaults and ours."""
        return {**LogisticRegressionClassifier.get_default_config(), "C": 1.0}

    def __init__(
        self, config: dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource
    ) -> None:
        """Set C, which Rasa's own component keeps at 1."""
        super().__init__(config, name, model_storage, resource)
        self.clf.C = self.config["C"]

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Return the data as they are: no later component reads a guessed intent."""
        return training_data

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Intents:
        """Load the trained weights, laid out for one message at a time.

        scikit-learn multiplies by their transpose; laid out by columns it need not copy all of
        them at every message.
        """
        loaded: Intents = super().load(
            config, model_storage, resource, execution_context, **kwargs
        )
        if hasattr(loaded.clf, "coef_"):
            loaded.clf.coef_ = loaded.clf.coef_.copy(order="F")
        return loaded
