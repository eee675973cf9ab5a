"""The trained layer: raises what no rule was written for, within 300 ms or not at all."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from onestep.safety.rules import HERE
from onestep.safety.scoring import by_meaning, by_ngrams, by_wish
from onestep.safety.sentence_model import SentenceModel
from onestep.safety.thresholds import Thresholds, load_thresholds
from onestep.safety.units import Unit
from onestep.safety.verdict import Category, Hit, Level
from onestep.safety.weights import MODELS, SENTENCES, Floats, Weights, load_weights

log = logging.getLogger(__name__)

IN_TIME = 0.3  # seconds; later than that the rules have decided alone (safety page)
# What of a message the sentence model reads, at a fifth of a millisecond a word: the likeliest.
CLOSELY, WORDS = 3, 28
FEWEST = 2  # words; of one alone the rules know what it means here
_SHORT, _UNSURE = 7, 0.4  # so few words say too little to be scored like others ("it's for me")
BY_SCORE = "score_"  # how the details of what was scored begin
_ANY, _NOW = 0, 1  # the first heads of the weights
# Kinds that the training lines tell apart and the replies do not: whose reply fits.
_ANSWERED_AS = {"exploitation": "abuse", "self_neglect": "hopelessness"}


@dataclass(frozen=True)
class Classifier:
    """What was learnt, the sentence model, and from where on a score counts."""

    weights: Weights
    model: SentenceModel
    thresholds: Thresholds

    @cached_property
    def _workers(self) -> ThreadPoolExecutor:
        """One for each thread that receives: a stuck run holds up no other message."""
        return ThreadPoolExecutor(32, thread_name_prefix="onestep-classifier")

    def judge(self, units: tuple[Unit, ...], *, together: bool = False) -> Hit | None:
        """The level that the highest score among these texts asks for, or None below soft.

        Most ordinary messages end with their n-grams; `together` (two messages as one), all but
        a few. Raises TimeoutError after `IN_TIME`.
        """
        if not units or len(units[0].words) < FEWEST:
            return None
        cheap = by_ngrams(units, self.weights)
        least = self.thresholds.worth_together if together else self.thresholds.worth
        worth = _worth(units, cheap, least)
        if not worth:
            return None
        chosen = tuple(units[i] for i in worth)
        dear = self._workers.submit(self._meaning, chosen).result(IN_TIME)
        heads = len(self.weights.heads)
        return self._hit(
            chosen,
            cheap[worth] + dear[:, :heads],
            dear[:, heads : heads + len(self.weights.categories)],
        )

    def wish(self, units: tuple[Unit, ...]) -> str | None:
        """The likeliest wish among these texts, or None when none is likely enough."""
        if not units:
            return None
        wishes = self.weights.wishes
        scores = by_wish(units, self.weights) + self._meaning(units)[:, -len(wishes) :]
        over = scores.max(axis=0) - [self.thresholds.wishes[wish] for wish in wishes]
        best = int(over.argmax())
        return wishes[best] if over[best] >= 0 else None

    def _meaning(self, chosen: tuple[Unit, ...]) -> Floats:
        return by_meaning(self.model.vectors([" ".join(u.words) for u in chosen]), self.weights)

    def _hit(self, chosen: tuple[Unit, ...], scores: Floats, kinds: Floats) -> Hit | None:
        least = self.thresholds
        short = np.array([len(unit.words) < _SHORT for unit in chosen])
        scores = scores - np.where(short, _UNSURE, 0)[:, None]
        over, level = scores[:, _NOW] - least.now, Level.NOW
        if over.max() < 0:
            nearly = scores[:, _NOW] - least.nearly
            over, level = np.maximum(scores[:, _ANY] - least.any, nearly), Level.SOFT
        if over.max() < 0:
            return None
        # The fewest words that ask for it: they are what the coach is shown.
        best = min(np.flatnonzero(over >= 0), key=lambda i: len(chosen[i].words))
        kind = self.weights.categories[int(kinds[int(np.argmax(over))].argmax())]
        return Hit(
            Category(_ANSWERED_AS.get(kind, kind)), level, BY_SCORE + kind, chosen[best].span
        )


def _worth(units: tuple[Unit, ...], cheap: Floats, least: float) -> list[int]:
    """Which texts to read closely, likeliest first, when any scores at `least` so much."""
    likely = cheap[:, : _NOW + 1].max(axis=1)
    if likely.max() < least:
        return []
    chosen: list[int] = []
    left = WORDS
    for i in np.argsort(-likely).tolist():
        if len(units[i].words) <= left or (not chosen and (i or len(units) == 1)):
            chosen.append(i)
            left -= len(units[i].words)
    return chosen[:CLOSELY]


@lru_cache(maxsize=2)
def load_classifier(language: str, models: Path = MODELS) -> Classifier:
    """Load what was trained at set-up, once. Raises ModelError or RulesError."""
    thresholds = load_thresholds(HERE / language)
    # Several threads for one small product wait for each other longer than it takes.
    threadpool_limits(1, user_api="blas")
    return Classifier(
        load_weights(models, language), SentenceModel(models / SENTENCES), thresholds
    )


def classify(units: tuple[Unit, ...], language: str, *, together: bool = False) -> Hit | None:
    """What the classifier raises; None also when it fails or is late, which leaves the rules."""
    try:
        return load_classifier(language).judge(units, together=together)
    except Exception as error:  # noqa: BLE001  whatever broke in it, the rules have decided
        log.error("the classifier left it to the rules: %s", type(error).__name__)  # noqa: TRY400  may quote words
        return None


def wish_in(units: tuple[Unit, ...], language: str) -> str | None:
    """What the message likely asks for, in whatever words; None also when this fails."""
    try:
        return load_classifier(language).wish(units)
    except Exception as error:  # noqa: BLE001  it is asked only while the bot is away
        log.error("no wish could be looked for: %s", type(error).__name__)  # noqa: TRY400  may quote words
        return None
