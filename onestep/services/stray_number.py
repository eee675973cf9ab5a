"""A number by itself that answers no open question: nothing is made of it, and that is said.

By text choices are numbers, and a number says nothing of which question it was meant for: it may
have been sent twice, be for a question that is closed, or stand beside no line that was shown.
"""

from datetime import timedelta

from sqlalchemy import select

from onestep.domain.choices import bare_number
from onestep.domain.words import Channel
from onestep.services.choose import chosen
from onestep.services.scope import Scope
from onestep.storage import talk
from onestep.storage.models import Inbox, Prompt

MEANT_WITHIN = timedelta(hours=24)  # longer ago, a number is talk again
A_CHOICE = 2  # lines; a lone "skip" beside a free question makes no number of an answer
ANSWERED, NOT_OFFERED = "number_answered", "number_not_offered"
NUMBERED_BY_ITSELF = "scale"  # the one question that a number answers in words of one's own


def answer(scope: Scope, first: Inbox) -> bool:
    """Tells the client why their number changes nothing; false where it may be an answer."""
    number = _number(scope, first)
    said = _why_not(scope, first, number) if number is not None else None
    if said is not None:
        scope.say(said)
    return said is not None


def _number(scope: Scope, first: Inbox) -> int | None:
    """The number that is all they wrote, where it chooses nothing."""
    # In a chat no numbers are shown, and one that is typed there is words.
    if scope.channel != Channel.SMS or len(scope.messages) != 1:
        return None
    if first.kind == "choice" and chosen(scope, first) is not None:
        return None
    return bare_number(scope.words(scope.refs))


def _why_not(scope: Scope, first: Inbox, number: int) -> str | None:
    """What is said of it; None where it may be an answer in itself."""
    if first.kind == "choice":  # of a question that was open as it came, or was not out yet
        return ANSWERED
    now_open = talk.open_prompt(scope.session, scope.client.id)
    lines = _lines(scope, now_open)
    if lines >= A_CHOICE:
        return None if 1 <= number <= lines else NOT_OFFERED
    if now_open is not None and now_open.asks == NUMBERED_BY_ITSELF:
        return None
    before = _lines(scope, _asked_before(scope, now_open))
    return ANSWERED if before >= A_CHOICE and 1 <= number <= before else None


def _asked_before(scope: Scope, now_open: Prompt | None) -> Prompt | None:
    """The question before the one that is open, or the last one."""
    asked = select(Prompt).where(
        Prompt.client_id == scope.client.id, Prompt.asked_at > scope.now - MEANT_WITHIN
    )
    if now_open is not None:
        asked = asked.where(Prompt.id != now_open.id)
    return scope.session.scalar(asked.order_by(Prompt.asked_at.desc()).limit(1))


def _lines(scope: Scope, prompt: Prompt | None) -> int:
    """How many choices were numbered; the others are words that may be written at any time."""
    words_only = scope.content.language.buttons_only
    choices = prompt.choices if prompt is not None else []
    return sum(choice["key"] not in words_only for choice in choices)
