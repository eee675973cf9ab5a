"""Enrolment and the hand-off: the two things that stand beside the contact state."""

from enum import StrEnum

from onestep.domain.contact import By
from onestep.domain.errors import NotAllowed, TransitionRefused


class Enrolment(StrEnum):
    """Whether this person has agreed to be texted."""

    INVITED = "invited"
    DECLINED = "declined"
    ENROLLED = "enrolled"
    ERASED = "erased"


class EnrolmentEvent(StrEnum):
    """What can happen to an enrolment."""

    INVITE = "invite"
    AGREE = "agree"
    DECLINE = "decline"
    ERASE = "erase"


class HandOff(StrEnum):
    """A talk between client and coach. Only while it is open is the bot silent."""

    REQUESTED = "requested"
    OPEN = "open"
    CLOSED = "closed"


class HandOffEvent(StrEnum):
    """What can happen to a hand-off."""

    REQUEST = "request"
    OPEN = "open"
    CLOSE = "close"


_ENROLMENT: dict[EnrolmentEvent, dict[Enrolment | None, Enrolment]] = {
    EnrolmentEvent.INVITE: {
        None: Enrolment.INVITED,
        Enrolment.INVITED: Enrolment.INVITED,
        Enrolment.DECLINED: Enrolment.INVITED,
    },
    EnrolmentEvent.AGREE: {
        Enrolment.INVITED: Enrolment.ENROLLED,
        Enrolment.DECLINED: Enrolment.ENROLLED,
        Enrolment.ENROLLED: Enrolment.ENROLLED,
    },
    EnrolmentEvent.DECLINE: {
        Enrolment.INVITED: Enrolment.DECLINED,
        Enrolment.DECLINED: Enrolment.DECLINED,
    },
    EnrolmentEvent.ERASE: dict.fromkeys(Enrolment, Enrolment.ERASED),
}
_ENROLMENT_BY: dict[EnrolmentEvent, frozenset[By]] = {
    EnrolmentEvent.INVITE: frozenset({By.COACH}),
    EnrolmentEvent.AGREE: frozenset({By.CLIENT}),
    EnrolmentEvent.DECLINE: frozenset({By.CLIENT}),
    EnrolmentEvent.ERASE: frozenset({By.CLIENT, By.COACH, By.SERVICE}),
}

_REQUESTED, _OPEN, _CLOSED = HandOff
# Asking again while one is open changes nothing; a closed one may be followed by another.
_HAND_OFF: dict[HandOffEvent, dict[HandOff | None, HandOff]] = {
    HandOffEvent.REQUEST: {
        None: _REQUESTED, _CLOSED: _REQUESTED, _REQUESTED: _REQUESTED, _OPEN: _OPEN,
    },
    HandOffEvent.OPEN: {None: _OPEN, _CLOSED: _OPEN, _REQUESTED: _OPEN, _OPEN: _OPEN},
    HandOffEvent.CLOSE: {_REQUESTED: _CLOSED, _OPEN: _CLOSED, _CLOSED: _CLOSED},
}  # fmt: skip
# The service opens one itself when danger is said outright; only a human closes.
_HAND_OFF_BY: dict[HandOffEvent, frozenset[By]] = {
    HandOffEvent.REQUEST: frozenset({By.CLIENT, By.COACH, By.SERVICE}),
    HandOffEvent.OPEN: frozenset({By.COACH, By.SERVICE}),
    HandOffEvent.CLOSE: frozenset({By.COACH}),
}


def change_enrolment(state: Enrolment | None, event: EnrolmentEvent, *, by: By) -> Enrolment:
    """Return the enrolment after `event`; None before means nobody we know.

    Raises TransitionRefused. Agreeing is the client's own act; erased is final.
    """
    if by not in _ENROLMENT_BY[event]:
        raise TransitionRefused(NotAllowed.NOT_THEIRS)
    if state is Enrolment.ERASED and event is not EnrolmentEvent.ERASE:
        raise TransitionRefused(NotAllowed.ERASED)
    after = _ENROLMENT[event].get(state)
    if after is None:
        raise TransitionRefused(NotAllowed.NO_SUCH_STEP)
    return after


def change_hand_off(state: HandOff | None, event: HandOffEvent, *, by: By) -> HandOff:
    """Return the hand-off after `event`; None before means there never was one.

    Raises TransitionRefused. "I was joking" closes nothing: only a coach closes (safety page).
    """
    if by not in _HAND_OFF_BY[event]:
        raise TransitionRefused(NotAllowed.NOT_THEIRS)
    after = _HAND_OFF[event].get(state)
    if after is None:
        raise TransitionRefused(NotAllowed.NO_SUCH_STEP)
    return after


def bot_is_silent(hand_off: HandOff | None) -> bool:
    """Say whether messages are relayed and the bot stays out of it."""
    return hand_off is HandOff.OPEN


def holds_check_ins(hand_off: HandOff | None) -> bool:
    """Say whether the client is with the coach, or waits for them: no check-in begins."""
    return hand_off in (HandOff.REQUESTED, HandOff.OPEN)
