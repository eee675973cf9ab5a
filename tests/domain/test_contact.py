"""The contact states, cell by cell, and what stands beside them."""

from contextlib import suppress
from itertools import product

import pytest

from onestep.domain.contact import By, ContactEvent, ContactState, change_contact
from onestep.domain.enrolment import (
    Enrolment,
    EnrolmentEvent,
    HandOff,
    HandOffEvent,
    bot_is_silent,
    change_enrolment,
    change_hand_off,
    holds_check_ins,
)
from onestep.domain.errors import NotAllowed, TransitionRefused

A, P, S, E, U = ContactState
# Written out a second time, by hand, from the terms page. None: refused.
BY_THE_CLIENT = {
    ContactEvent.PAUSE: [P, P, None, None, P],
    ContactEvent.RESUME: [A, A, None, A, A],
    ContactEvent.STOP: [S, S, S, S, S],
    ContactEvent.START: [None, None, A, None, None],
    ContactEvent.END: [E, E, None, E, E],
}


@pytest.mark.parametrize(("event", "after"), BY_THE_CLIENT.items())
def test_the_clients_own_acts(event, after):
    """Each of the client's acts, from each state, as the terms page has it."""
    for state, expected in zip(ContactState, after, strict=True):
        if expected is None:
            with pytest.raises(TransitionRefused):
                change_contact(state, event, by=By.CLIENT)
        else:
            assert change_contact(state, event, by=By.CLIENT) is expected


@pytest.mark.parametrize(("state", "event", "by"), list(product(ContactState, ContactEvent, By)))
def test_nobody_else_starts_contact(state, event, by):
    """Contact never begins again but by the client's own act, whatever the state and event."""
    if by is By.CLIENT:
        return
    try:
        after = change_contact(state, event, by=by)
    except TransitionRefused:
        return
    assert after is not A or state is A


@pytest.mark.parametrize("event", [ContactEvent.RESUME, ContactEvent.START, ContactEvent.END])
def test_a_coach_may_lessen_only(event):
    """A coach may pause or stop for a client who said so aloud, never resume, start or end."""
    assert change_contact(A, ContactEvent.PAUSE, by=By.COACH) is P
    assert change_contact(P, ContactEvent.STOP, by=By.COACH) is S
    with pytest.raises(TransitionRefused) as refused:
        change_contact(P, event, by=By.COACH)
    assert refused.value.reason is NotAllowed.NOT_THEIRS


def test_only_start_leaves_stopped():
    """Nothing but the client's START leads out of stopped."""
    for event, by in product(ContactEvent, By):
        if (event, by) == (ContactEvent.START, By.CLIENT):
            continue
        with suppress(TransitionRefused):
            assert change_contact(S, event, by=by) is S


def test_a_provider_reports_a_block_as_stop_and_a_dead_number_as_gone():
    """A block is the client's own act; a dead number is nobody's wish."""
    assert change_contact(A, ContactEvent.STOP, by=By.PROVIDER) is S
    assert change_contact(A, ContactEvent.GONE, by=By.PROVIDER) is U
    assert change_contact(E, ContactEvent.GONE, by=By.PROVIDER) is E
    with pytest.raises(TransitionRefused):
        change_contact(A, ContactEvent.GONE, by=By.CLIENT)


def test_agreeing_is_the_clients_own_act():
    """A coach invites, the client agrees or declines, and a no may become a yes."""
    invited = change_enrolment(None, EnrolmentEvent.INVITE, by=By.COACH)
    with pytest.raises(TransitionRefused):
        change_enrolment(invited, EnrolmentEvent.AGREE, by=By.COACH)
    declined = change_enrolment(invited, EnrolmentEvent.DECLINE, by=By.CLIENT)
    assert declined is Enrolment.DECLINED
    agreed = change_enrolment(declined, EnrolmentEvent.AGREE, by=By.CLIENT)
    assert agreed is Enrolment.ENROLLED


def test_erased_is_final_and_a_stranger_cannot_agree():
    """After erasing nothing leads back; agreeing needs an invite."""
    for event, by in product(EnrolmentEvent, By):
        if event is not EnrolmentEvent.ERASE:
            with pytest.raises(TransitionRefused) as refused:
                change_enrolment(Enrolment.ERASED, event, by=by)
            assert refused.value.reason in (NotAllowed.ERASED, NotAllowed.NOT_THEIRS)
    with pytest.raises(TransitionRefused):
        change_enrolment(None, EnrolmentEvent.AGREE, by=By.CLIENT)


def test_only_a_person_closes_a_hand_off():
    """The client and the service open a hand-off; only a coach closes it."""
    requested = change_hand_off(None, HandOffEvent.REQUEST, by=By.CLIENT)
    opened = change_hand_off(requested, HandOffEvent.OPEN, by=By.COACH)
    assert change_hand_off(None, HandOffEvent.OPEN, by=By.SERVICE) is HandOff.OPEN
    assert change_hand_off(opened, HandOffEvent.REQUEST, by=By.CLIENT) is HandOff.OPEN
    for by in (By.CLIENT, By.SERVICE, By.PROVIDER):
        with pytest.raises(TransitionRefused):
            change_hand_off(opened, HandOffEvent.CLOSE, by=by)
    closed = change_hand_off(opened, HandOffEvent.CLOSE, by=By.COACH)
    assert change_hand_off(closed, HandOffEvent.REQUEST, by=By.CLIENT) is HandOff.REQUESTED
    with pytest.raises(TransitionRefused):
        change_hand_off(None, HandOffEvent.CLOSE, by=By.COACH)


def test_what_a_hand_off_holds_back():
    """Asked for, it holds check-ins; only open does it silence the bot."""
    assert [bot_is_silent(h) for h in (None, *HandOff)] == [False, False, True, False]
    assert [holds_check_ins(h) for h in (None, *HandOff)] == [False, True, True, False]
