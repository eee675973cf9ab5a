"""The one gate: what may go out, in which state, at what hour."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from onestep.domain.contact import By, ContactEvent, ContactState, change_contact
from onestep.domain.enrolment import Enrolment, HandOff
from onestep.domain.errors import TransitionRefused
from onestep.domain.permission import (
    ANSWER_FRESH,
    Allowed,
    Reason,
    Refused,
    SendKind,
    Standing,
    may_send,
)

NOW = datetime(2026, 11, 18, 14, 30, tzinfo=UTC)
FRESH, OLD = NOW - timedelta(minutes=5), NOW - timedelta(hours=5)
K, A, P, S, E, U = SendKind, *ContactState


def asked(kind, contact=A, *, answers=FRESH, quiet=False, **also):
    """What the gate says of an enrolled client, `also` changing the rest."""
    not_after = also.pop("not_after", None)
    standing = Standing(**{"enrolment": Enrolment.ENROLLED, "contact": contact} | also)
    return may_send(kind, standing, now=NOW, quiet=quiet, answers=answers, not_after=not_after)


# Written by hand from the terms page: what goes out to an enrolled client who has just written.
GOES_OUT = {
    A: {K.CHECK_IN, K.REPLY, K.CONFIRMATION, K.HAND_OFF_NOTICE, K.RELAY},
    P: {K.CONFIRMATION, K.HAND_OFF_NOTICE},
    S: {K.STOP_CONFIRMATION},
    E: {K.REPLY, K.CONFIRMATION, K.HAND_OFF_NOTICE},
    U: {K.REPLY, K.CONFIRMATION, K.HAND_OFF_NOTICE},
}


@pytest.mark.parametrize(("contact", "kind"), list(product(ContactState, SendKind)))
def test_each_kind_in_each_state(contact, kind):
    """Each kind of message in each contact state goes or stays as the terms page says."""
    always = {K.CONCERN_REPLY, K.ALERT}
    assert (asked(kind, contact) == Allowed()) is (kind in GOES_OUT[contact] | always)


@pytest.mark.parametrize("contact", ContactState)
@pytest.mark.parametrize("enrolment", [None, *Enrolment])
@pytest.mark.parametrize("hand_off", [None, *HandOff])
def test_a_concern_reply_and_an_alert_are_never_blocked(contact, enrolment, hand_off):
    """No pause, quiet hour, age, missing consent or unknown number holds these two back."""
    for kind in (K.CONCERN_REPLY, K.ALERT):
        got = asked(
            kind, contact, enrolment=enrolment, hand_off=hand_off, quiet=True, answers=None,
            outreach_held=True, not_after=OLD,
        )  # fmt: skip
        assert got == Allowed()


@pytest.mark.parametrize(("contact", "relayed"), [(A, True), (P, True), (S, False), (E, True),
                                                  (U, True)])  # fmt: skip
def test_an_open_hand_off_is_a_talk_of_people(contact, relayed):
    """While it is open the bot is silent, the coach's words pass, a pause does not stop them."""
    assert (asked(K.RELAY, contact, hand_off=HandOff.OPEN) == Allowed()) is relayed
    for kind in (K.CHECK_IN, K.REPLY):
        assert asked(kind, hand_off=HandOff.OPEN) == Refused(Reason.WITH_COACH)


def test_a_hand_off_asked_for_holds_check_ins_only():
    """Until a coach takes it the talk goes on, but nothing new is started."""
    assert asked(K.REPLY, hand_off=HandOff.REQUESTED) == Allowed()
    assert asked(K.CHECK_IN, hand_off=HandOff.REQUESTED) == Refused(Reason.WITH_COACH)


def test_quiet_hours_let_only_a_fresh_answer_pass():
    """At night only an answer to the last minutes goes; the rest may wait for the morning."""
    for kind in (K.REPLY, K.CONFIRMATION, K.HAND_OFF_NOTICE):
        assert asked(kind, quiet=True) == Allowed()
        late = asked(kind, quiet=True, answers=OLD)
        assert late == Refused(Reason.QUIET_HOURS)
        assert late.may_wait
    assert asked(K.CHECK_IN, quiet=True, answers=None) == Refused(Reason.QUIET_HOURS)


def test_fresh_ends_after_fifteen_minutes_by_the_sun():
    """The age of a message is counted in real minutes, also while the clocks change."""
    edge = NOW - ANSWER_FRESH
    assert asked(K.REPLY, quiet=True, answers=edge) == Allowed()
    late = edge - timedelta(seconds=1)
    assert asked(K.REPLY, quiet=True, answers=late) == Refused(Reason.QUIET_HOURS)


def test_what_is_too_old_is_not_sent():
    """A reply past its time is cancelled; at the moment itself it still goes."""
    assert asked(K.REPLY, not_after=NOW - timedelta(seconds=1)) == Refused(Reason.TOO_OLD)
    assert asked(K.REPLY, not_after=NOW) == Allowed()
    assert not Refused(Reason.TOO_OLD).may_wait


@pytest.mark.parametrize("enrolment", [None, Enrolment.INVITED, Enrolment.DECLINED])
def test_who_has_not_agreed_is_only_answered(enrolment):
    """Before a yes, and after a no, nothing goes out but an answer to their own message."""
    assert asked(K.REPLY, enrolment=enrolment) == Allowed()
    for kind in (K.CHECK_IN, K.PAUSE_OVER, K.RELAY, K.HAND_OFF_NOTICE):
        assert isinstance(asked(kind, enrolment=enrolment), Refused)
    assert isinstance(asked(K.REPLY, enrolment=enrolment, answers=OLD), Refused)


def test_the_erased_are_left_in_peace():
    """After erasing nothing ordinary goes out, not even an answer queued before."""
    for kind in set(SendKind) - {K.CONCERN_REPLY, K.ALERT}:
        assert asked(kind, enrolment=Enrolment.ERASED) == Refused(Reason.ERASED)


def test_the_end_of_a_pause_is_asked_on_its_date_only():
    """The question comes when the date has come, not for an open pause, not once resumed."""
    assert asked(K.PAUSE_OVER, P, paused_until=NOW) == Allowed()
    assert asked(K.PAUSE_OVER, P, paused_until=NOW + timedelta(1)) == Refused(Reason.PAUSED)
    assert asked(K.PAUSE_OVER, P) == Refused(Reason.PAUSED)
    assert asked(K.PAUSE_OVER, A) == Refused(Reason.NOT_PAUSED)
    assert asked(K.PAUSE_OVER, S, paused_until=NOW) == Refused(Reason.STOPPED)


def test_held_outreach_holds_what_we_start():
    """Somebody else may hold the phone: nothing is started, their messages are answered."""
    assert asked(K.CHECK_IN, outreach_held=True) == Refused(Reason.OUTREACH_HELD)
    assert asked(K.REPLY, outreach_held=True) == Allowed()


@given(
    kind=st.sampled_from(SendKind), contact=st.sampled_from([P, S, E, U]),
    hand_off=st.sampled_from([None, *HandOff]), quiet=st.booleans(),
    answers=st.sampled_from([None, FRESH, OLD]), held=st.booleans(),
)  # fmt: skip
def test_only_active_clients_are_started_with(kind, contact, hand_off, quiet, answers, held):
    """No mixture of facts lets a check-in go to somebody who is not active."""
    got = asked(kind, contact, hand_off=hand_off, quiet=quiet, answers=answers, outreach_held=held)
    if kind is K.CHECK_IN:
        assert isinstance(got, Refused)


class Contact(RuleBasedStateMachine):
    """One client's contact over any course of events, and all that the gate lets out."""

    def __init__(self):
        super().__init__()
        self.state, self.hand_off, self.sent = A, None, []
        self.silenced_by = None

    @rule(event=st.sampled_from(ContactEvent), by=st.sampled_from(By))
    def happens(self, event, by):
        """Anything happens, by anybody."""
        before = self.state
        try:
            self.state = change_contact(self.state, event, by=by)
        except TransitionRefused:
            return
        if self.state is A and before is not A:
            assert by is By.CLIENT
        if event is ContactEvent.PAUSE:
            assert self.state is P
        self.sent.clear()

    @rule(hand_off=st.sampled_from([None, *HandOff]))
    def talks(self, hand_off):
        """A hand-off is asked for, opens or closes."""
        self.hand_off = hand_off

    @rule(kind=st.sampled_from(SendKind), answers=st.sampled_from([None, FRESH, OLD]),
          quiet=st.booleans())  # fmt: skip
    def sends(self, kind, answers, quiet):
        """Something queued at any time comes to be sent now."""
        got = asked(kind, self.state, answers=answers, quiet=quiet, hand_off=self.hand_off)
        if got == Allowed():
            self.sent.append((kind, quiet, answers))

    @invariant()
    def nothing_after_stop(self):
        """Stopped: the one confirmation, concern replies and alerts to staff; nothing else."""
        if self.state is S:
            assert {k for k, *_ in self.sent} <= {K.STOP_CONFIRMATION, K.CONCERN_REPLY, K.ALERT}

    @invariant()
    def nothing_asked_in_a_pause(self):
        """Paused: nothing is started and nothing asked."""
        if self.state is P:
            assert not {k for k, *_ in self.sent} & {K.CHECK_IN, K.REPLY, K.PAUSE_OVER}

    @invariant()
    def nothing_started_at_night(self):
        """In quiet hours nothing is started, and what answers is fresh."""
        for kind, quiet, answers in self.sent:
            if quiet and kind not in (K.CONCERN_REPLY, K.ALERT, K.RELAY, K.STOP_CONFIRMATION):
                assert answers == FRESH


TestContact = Contact.TestCase
