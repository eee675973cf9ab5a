"""A number by itself that answers no open question: nothing is made of it, and that is said.

By text choices are numbers, and a number says nothing of which question it was meant for: it may
have been sent twice, be for a question that is closed, or stand beside no line that was shown.
"""

from datetime import timedelta

from sqlalchemy import select

from onestep.domain.choices import bare_number
from onestep.services.choose import chosen
from onestep.services.scope import Scope
from onestep.storage import talk
from onestep.storage.models import Inbox, Prompt

MEANT_WITHIN = timedelta(hours=24)  # longer ago, a number is talk again
A_CHOICE = 2  # lines; a lone "skip" beside a free question makes no number of an answer
NUMBERED_BY_ITSELF = "scale"  # the one question that a number answers in words of one's own


def answer(scope: Scope, first: Inbox) -> bool:
    """Tells the client why their number changes nothing; false where it may be an answer."""
    number = bare_number(scope.words(scope.refs)) if len(scope.messages) == 1 else None
    if number is None or (first.kind == "choice" and chosen(scope, first) is not None):
        return False
    now_open = talk.open_prompt(scope.session, scope.client.id)
    if now_open is not None and _lines(scope, now_open) >= A_CHOICE:
        if 1 <= number <= _lines(scope, now_open):
            return False
        scope.say("number_not_offered")
        return True
    if now_open is not None and now_open.asks == NUMBERED_BY_ITSELF:
        return False
    return _was_offered(scope, number, now_open)


def _was_offered(scope: Scope, number: int, now_open: Prompt | None) -> bool:
    """Whether the question before this one had such a number; then that is said."""
    asked = select(Prompt).where(
        Prompt.client_id == scope.client.id, Prompt.asked_at > scope.now - MEANT_WITHIN
    )
    if now_open is not None:
        asked = asked.where(Prompt.id != now_open.id)
    before = scope.session.scalar(asked.order_by(Prompt.asked_at.desc()).limit(1))
    lines = _lines(scope, before) if before is not None else 0
    if lines < A_CHOICE or not 1 <= number <= lines:
        return False
    scope.say("number_answered")
    return True


def _lines(scope: Scope, prompt: Prompt) -> int:
    """How many choices were numbered; the others are words that may be written at any time."""
    words_only = scope.content.language.buttons_only
    return sum(choice["key"] not in words_only for choice in prompt.choices)
