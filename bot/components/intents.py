"""Rasa's n-gram featurizer and logistic regression, without the work that nobody reads here."""

from __future__ import annotations

from collections import Counter
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
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.utils.tensorflow.constants import RANKING_LENGTH

from components.tokens import tokens_of

# A rare intent's examples weigh more than a common one's, by this power of how much rarer it is:
# at 0 each example weighs the same, at 1 each intent does.
RARE_WEIGHS = 0.6


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceCounts(CountVectorsFeaturizer):
    """Counts n-grams of the whole message; the counts of each single word are left out.

    The classifier below reads sentence features only, and the words' features cost as much
    again, in training and in every turn. The words are our own (`components.tokens`), with
    text-speak spelled out, signs kept, and ^ and $ where the message begins and ends: Rasa's
    tokens lose every emoji, and an "ok" alone is not an "ok" in the middle.
    """

    def _get_processed_message_tokens_by_attribute(
        self, message: Message, attribute: str = TEXT
    ) -> list[str]:
        if attribute != TEXT or not message.get(TEXT):
            words: list[str] = super()._get_processed_message_tokens_by_attribute(
                message, attribute
            )
            return words
        return ["^", *(token.norm for token in tokens_of(message.get(TEXT)) if token.norm), "$"]

    @classmethod
    def _create_independent_vocab_vectorizers(
        cls, parameters: dict[str, Any], vocabulary: Any | None = None
    ) -> dict[str, Any]:
        made: dict[str, Any] = super()._create_independent_vocab_vectorizers(
            parameters, vocabulary
        )
        for vectorizer in made.values():
            if parameters["analyzer"] == "word":
                vectorizer.token_pattern = r"\S+"  # noqa: S105  Rasa's would drop the signs
        return made

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
    """Rasa's logistic regression over counts weighed by how rare each n-gram is.

    A message's counts are damped (log 1 + n), multiplied by the rarity of the n-gram in the
    training data, and scaled to length 1, so that a long message weighs no more than a short
    one. `C` sets how closely the weights follow the data; Rasa's own component keeps it at 1.
    """

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

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the weights, each example by how rare its intent is, and keep them."""
        counts, intents = self._create_training_matrix(training_data)
        if counts.shape[0]:
            self.clf.class_weight = None
            self.clf.fit(counts, intents, sample_weight=_weights(intents))
            self.persist()
        return self._resource

    def _create_training_matrix(self, training_data: TrainingData) -> tuple[Any, list[str]]:
        """Learn how rare each n-gram is, then weigh the counts by it."""
        counts, intents = super()._create_training_matrix(training_data)
        if counts.shape[0]:
            many = counts.shape[0]
            messages_with = (counts > 0).sum(axis=0).astype(float)
            ratio = (1 + many) / (1 + messages_with)
            self.clf.rarity_ = type(counts)(ratio - 1).log1p().toarray() + 1
            counts = self._weighed(counts)
        return counts, intents

    def _weighed(self, counts: Any) -> Any:
        rare = counts.log1p().multiply(self.clf.rarity_).tocsr()
        lengths = rare.multiply(rare).sum(axis=1)
        lengths[lengths == 0] = 1.0
        return rare.multiply(1 / lengths.A1[:, None] ** 0.5).tocsr()

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the intent and the ranking of each message."""
        for message in messages:
            guessed = self.clf.predict_proba(self._weighed(_counts_of(message)))[0]
            pairs = zip(self.clf.classes_, guessed, strict=True)
            surest = sorted(((float(sure), str(name)) for name, sure in pairs), reverse=True)
            ranking = [{"name": name, "confidence": sure} for sure, name in surest]
            message.set("intent", ranking[0], add_to_output=True)
            shown = ranking[: self.config[RANKING_LENGTH]]
            message.set("intent_ranking", shown, add_to_output=True)
        return messages

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


def _counts_of(message: Message) -> Any:
    """Return the one row of counts; Rasa's own way stacks it twice with nothing."""
    _, sentence = message.get_sparse_features(attribute=TEXT)
    return sentence.features.tocsr()


def _weights(intents: list[str]) -> list[float]:
    """What each example weighs: the mean size of an intent over its own, to RARE_WEIGHS."""
    many = Counter(intents)
    mean = len(intents) / len(many)
    return [float((mean / many[intent]) ** RARE_WEIGHS) for intent in intents]
