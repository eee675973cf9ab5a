"""May this message go out? One gate, asked when it is queued and again as it is sent."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from onestep.domain.contact import ContactState
from onestep.domain.enrolment import Enrolment, HandOff, bot_is_silent, holds_check_ins

# "Only an answer to the client's own message of the last minutes may pass" quiet hours.
ANSWER_FRESH = timedelta(minutes=15)


class SendKind(StrEnum):
    """What a message is for; the rules differ by this alone."""

    CHECK_IN = "check_in"  # whatever the service starts
    PAUSE_OVER = "pause_over"  # "shall I start again?" on the date the client chose
    REPLY = "reply"  # the talk's answer to the client's own message
    CONFIRMATION = "confirmation"  # the application's one line after a command or a receipt
    STOP_CONFIRMATION = "stop_confirmation"  # the last line after STOP
    CONCERN_REPLY = "concern_reply"
    HAND_OFF_NOTICE = "hand_off_notice"
    RELAY = "relay"  # a coach's own words
    ALERT = "alert"  # to staff


class Reason(StrEnum):
    """Why a message was not sent; kept with the cancelled row."""

    PAUSED = "paused"
    STOPPED = "stopped"
    ENDED = "ended"
    UNREACHABLE = "unreachable"
    NOT_ENROLLED = "not_enrolled"
    DECLINED = "declined"
    ERASED = "erased"
    QUIET_HOURS = "quiet_hours"
    TOO_OLD = "too_old"
    WITH_COACH = "with_coach"
    OUTREACH_HELD = "outreach_held"
    NOT_STOPPED = "not_stopped"
    NOT_PAUSED = "not_paused"
    NO_SAFE_CONTACT = "no_safe_contact"
    UNSAFE_HOURS = "unsafe_hours"
    EXIT = "exit"


@dataclass(frozen=True)
class Allowed:
    """It may go."""


@dataclass(frozen=True)
class Refused:
    """It may not go, and why."""

    reason: Reason

    @property
    def may_wait(self) -> bool:
        """Say whether it may be queued again for when the hour is right; else it is cancelled."""
        return self.reason in (Reason.QUIET_HOURS, Reason.UNSAFE_HOURS)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The facts about an address at this moment.

    `enrolment` is None for an address nobody knows. `outreach_held`: someone else may hold the
    phone, a concern by score waits for a person, or the client is out of credit.
    `paused_until`: when a pause with a date is over, None for an open one. `safe_contact`: how
    they are safely reached was agreed with a person. `exited`: their quick-exit word ended it at
    once, and they have not come back.
    """

    enrolment: Enrolment | None
    contact: ContactState
    hand_off: HandOff | None = None
    outreach_held: bool = False
    paused_until: datetime | None = None
    safe_contact: bool = True
    exited: bool = False
    concern_waits: bool = False  # a score raised an alert, and no person has taken it


# Never blocked by pause, quiet hours, consent, age or an unknown number (safety page). After
# STOP the provider may refuse the fixed reply; that is for the provider to say.
_ALWAYS = frozenset({SendKind.CONCERN_REPLY, SendKind.ALERT})
# A coach's words are a person's act in a talk the client knows of; quiet hours bind the rest.
_IN_QUIET_HOURS = frozenset({SendKind.RELAY, SendKind.STOP_CONFIRMATION})
# What the client's own fresh message makes possible, whether or not they have agreed.
_ANSWERS = frozenset({SendKind.REPLY, SendKind.CONFIRMATION})
_STARTED_BY_US = frozenset({SendKind.CHECK_IN, SendKind.PAUSE_OVER})
_IN_HAND_OFF = frozenset({SendKind.RELAY, SendKind.HAND_OFF_NOTICE})
_STATE_REASON = {
    ContactState.PAUSED: Reason.PAUSED,
    ContactState.STOPPED: Reason.STOPPED,
    ContactState.ENDED: Reason.ENDED,
    ContactState.UNREACHABLE: Reason.UNREACHABLE,
}


def may_send(
    kind: SendKind,
    standing: Standing,
    *,
    now: datetime,
    quiet: bool,
    safe: bool = True,
    answers: datetime | None = None,
    not_after: datetime | None = None,
) -> Allowed | Refused:
    """Decide whether one message may go to one address at `now`.

    `quiet`: `now` lies in the client's quiet hours. `safe`: at `now` nobody else reads their
    phone, as far as was agreed; at other times only the answer to what they have just written
    goes. `answers`: when the client's message this answers was received. `not_after`: past it
    the message is stale. Fresh is 15 minutes.
    """
    if kind in _ALWAYS:
        return Allowed()
    # In UTC: two moments of one zone would be subtracted by the clock on the wall.
    now = now.astimezone(UTC)
    fresh = answers is not None and now - answers.astimezone(UTC) <= ANSWER_FRESH
    reason = (
        _by_exit(kind, standing)
        or _by_enrolment(kind, standing.enrolment, fresh=fresh)
        or _by_contact(kind, standing, now=now, fresh=fresh)
        or _by_hand_off(kind, standing)
    )
    if reason is None and not_after is not None and now > not_after:
        reason = Reason.TOO_OLD
    if reason is None and kind in _STARTED_BY_US and not standing.safe_contact:
        reason = Reason.NO_SAFE_CONTACT
    if reason is None and not safe and not fresh:
        reason = Reason.UNSAFE_HOURS
    if reason is None and quiet and not fresh and kind not in _IN_QUIET_HOURS:
        reason = Reason.QUIET_HOURS
    return Allowed() if reason is None else Refused(reason)


def _by_exit(kind: SendKind, standing: Standing) -> Reason | None:
    """After their word nothing shows on that phone but what a person chose to write there."""
    return Reason.EXIT if standing.exited and kind is not SendKind.RELAY else None


def _by_enrolment(kind: SendKind, enrolment: Enrolment | None, *, fresh: bool) -> Reason | None:
    if enrolment is Enrolment.ENROLLED:
        return None
    if enrolment is Enrolment.ERASED:
        return Reason.ERASED
    # A sentence to a stranger, first contact, "declined": only ever in answer to their message.
    if (kind in _ANSWERS and fresh) or kind is SendKind.STOP_CONFIRMATION:
        return None
    return Reason.DECLINED if enrolment is Enrolment.DECLINED else Reason.NOT_ENROLLED


def _by_contact(
    kind: SendKind, standing: Standing, *, now: datetime, fresh: bool
) -> Reason | None:
    state = standing.contact
    if kind is SendKind.STOP_CONFIRMATION:
        return None if state is ContactState.STOPPED else Reason.NOT_STOPPED
    if kind is SendKind.PAUSE_OVER:
        return _pause_over(standing, now)
    if state is ContactState.ACTIVE or _passes(kind, standing, fresh=fresh):
        return None
    return _STATE_REASON[state]


def _pause_over(standing: Standing, now: datetime) -> Reason | None:
    """Asked only while still paused, and not if they have since paused for longer."""
    if standing.contact is ContactState.ACTIVE:
        return Reason.NOT_PAUSED
    if standing.contact is not ContactState.PAUSED:
        return _STATE_REASON[standing.contact]
    over = standing.paused_until is not None and now >= standing.paused_until
    return None if over else Reason.PAUSED


def _passes(kind: SendKind, standing: Standing, *, fresh: bool) -> bool:
    """Say what still goes out in a state other than active. Stopped: nothing."""
    state, with_coach = standing.contact, bot_is_silent(standing.hand_off) and kind in _IN_HAND_OFF
    if state is ContactState.PAUSED:
        # A pause silences no open hand-off; what is confirmed or receipted asks nothing.
        return kind in (SendKind.CONFIRMATION, SendKind.HAND_OFF_NOTICE) or with_coach
    if state in (ContactState.ENDED, ContactState.UNREACHABLE):
        # They wrote: kept and answered, from an unreachable address with a question.
        answered = fresh and (kind in _ANSWERS or kind is SendKind.HAND_OFF_NOTICE)
        return answered or with_coach
    return False


def _by_hand_off(kind: SendKind, standing: Standing) -> Reason | None:
    if kind is SendKind.REPLY:
        silent = bot_is_silent(standing.hand_off) or standing.concern_waits
        return Reason.WITH_COACH if silent else None
    if kind not in _STARTED_BY_US:
        return None
    if holds_check_ins(standing.hand_off):
        return Reason.WITH_COACH
    return Reason.OUTREACH_HELD if standing.outreach_held else None
