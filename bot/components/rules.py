"""Rasa's RulePolicy, without the look-up that only end-to-end training data can ever answer."""

from __future__ import annotations

from typing import Any

from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

_BY_TEXT = '"text":'  # in a rule's key when the rule was written with a client's very words


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class Rules(RulePolicy):
    """Rasa looks every message up twice, by its text and by its intent.

    No rule of ours is written with a text, so the first look-up is left out: a fifth of a turn.
    Were there one, nothing would be left out.
    """

    def _find_action_from_rules(  # the signature is Rasa's
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool,  # noqa: FBT001
    ) -> tuple[Any, Any, bool]:
        if use_text_for_last_user_input and not self._any_rule_by_text():
            return None, None, False
        found: tuple[Any, Any, bool] = super()._find_action_from_rules(
            tracker, domain, use_text_for_last_user_input
        )
        return found

    def _any_rule_by_text(self) -> bool:
        found = getattr(self, "_by_text", None)
        if found is None:
            found = any(_BY_TEXT in key for key in self.lookup.get(RULES, ()))
            self._by_text = found
        return bool(found)
