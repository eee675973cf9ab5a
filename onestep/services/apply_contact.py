"""Applies the commands about contact: consent, pause, resume, stop, end, terms, later."""

from datetime import timedelta

from onestep.dates import Date, Unsure, Why, read_date
from onestep.domain import command_values as v
from onestep.domain import commands as c
from onestep.domain.contact import By, ContactEvent, ContactState, change_contact
from onestep.domain.enrolment import Enrolment, EnrolmentEvent, change_enrolment
from onestep.domain.frequency import less, more
from onestep.domain.permission import SendKind
from onestep.domain.terms import Rhythm, Terms, next_allowed
from onestep.services import plan
from onestep.services.scope import Scope
from onestep.services.times import agreed, when_words
from onestep.storage import cancel, clients, record, talk

CONSENT_VERSION = "1"
LATER_MEANS = timedelta(hours=3)  # "later", with no time said


def record_consent(scope: Scope, command: c.RecordConsent) -> None:
    """Yes begins; no is a fine answer, and only that it was no is kept."""
    yes = command.answer is v.ConsentAnswer.YES
    event = EnrolmentEvent.AGREE if yes else EnrolmentEvent.DECLINE
    state = change_enrolment(Enrolment(scope.client.enrolment), event, by=By.CLIENT)
    scope.client.enrolment = state.value
    clients.add_consent(
        scope.session,
        client_id=scope.client.id,
        answer=command.answer.value,
        version=CONSENT_VERSION,
        channel=scope.channel,
        wording="first_cost_begin",
        now=scope.now,
    )
    if yes:
        scope.client.contact_since = scope.now  # the rhythm counts from here
        plan.plan_next(scope)
    else:
        scope.notice = SendKind.CONFIRMATION


def pause(scope: Scope, command: c.Pause) -> None:
    """Quiet until a date, or open; unsure dates are asked about once."""
    words = (
        scope.words((command.date.ref,))[command.date.start : command.date.end]
        if (command.date)
        else ""
    )
    pause_until(scope, words)


def pause_until(scope: Scope, date_words: str) -> None:
    """Pauses at once, until the date these words mean; says back what was understood."""
    move(scope, ContactEvent.PAUSE)
    found = read_date(date_words, now=scope.now, zone=scope.terms.zone) if date_words else None
    unsure = isinstance(found, Unsure) and found.why is not Why.OPEN_ENDED
    scope.client.paused_until = found.at if isinstance(found, Date) else None
    if unsure:
        scope.say("pause_ask_when")
    elif scope.client.paused_until is not None:
        scope.say("paused_until")
    else:
        scope.say("paused_open")


def resume(scope: Scope, _: c.Resume) -> None:
    """Active again by the client's own word; nothing is asked about the gap."""
    if scope.client.contact != ContactState.ACTIVE:
        move(scope, ContactEvent.RESUME)
    _reach_here(scope)
    scope.client.paused_until = None
    _is_back(scope)
    plan.plan_next(scope)
    scope.say("resumed")


def stop(scope: Scope, _: c.Stop) -> None:
    """Nothing more goes out, on any channel, but for one confirmation: ours, or the provider's.

    Said a second time it is met with the silence that was asked for.
    """
    already = scope.client.contact == ContactState.STOPPED
    move(scope, ContactEvent.STOP)
    if not (already or scope.stop_confirmed):
        scope.notice = SendKind.STOP_CONFIRMATION
        scope.say("stopped")


def start(scope: Scope) -> None:
    """START brings back who had stopped, and nobody else."""
    move(scope, ContactEvent.START)
    _reach_here(scope)
    _is_back(scope)
    plan.plan_next(scope)
    scope.say("resumed")


def _is_back(scope: Scope) -> None:
    """Their own act ends what waited for it; not what waits for a person."""
    scope.client.held = None if scope.client.held in {"waiting", "exit"} else scope.client.held


def _reach_here(scope: Scope) -> None:
    """Who comes back by another phone than the one that died is written to on that one."""
    if clients.preferred_address(scope.session, scope.client.id) is None and scope.address:
        clients.prefer(scope.session, scope.address)


def end(scope: Scope, command: c.End) -> None:
    """The client has moved on, by their own word; the door stays open."""
    if command.words:
        record.add_entry(
            scope.session,
            client_id=scope.client.id,
            kind="moved_on",
            turn_id=scope.turn_id,
            words=scope.words(command.words),
            message_ids=command.words,
            at=scope.now,
            zone=scope.terms.zone,
        )
    move(scope, ContactEvent.END)
    scope.say("ended")


def set_terms(scope: Scope, command: c.SetTerms) -> None:
    """Less or more is one message; other wishes go to the coach, who makes terms with them."""
    if command.frequency is not None:
        _step_frequency(scope, command.frequency)
    elif command.words:
        record.add_ask(
            scope.session,
            client_id=scope.client.id,
            about="terms",
            message_ids=command.words,
            words=scope.words(command.words),
            at=scope.now,
            zone=scope.terms.zone,
            turn_id=scope.turn_id,
        )
        scope.say("times_passed")


def postpone(scope: Scope, command: c.Postpone) -> None:
    """LATER: the check-in's due time moves, the question is let go until then."""
    words = ""
    if command.date is not None:
        words = scope.words((command.date.ref,))[command.date.start : command.date.end]
    found = read_date(words, now=scope.now, zone=scope.terms.zone) if words else None
    at = found.at if isinstance(found, Date) else scope.now + LATER_MEANS
    moved = plan.move_check_in(scope, next_allowed(at, agreed(scope.terms)))
    scope.say("postponed", when=when_words(moved, scope))


def end_check_in(scope: Scope, command: c.EndCheckIn) -> None:
    """The talk is over; how it ended is a fact, never a fault."""
    talk.end_conversation(
        scope.session, client_id=scope.client.id, how=command.how.value, now=scope.now
    )
    if command.until_they_write:
        scope.client.waiting_for_them = True


def move(scope: Scope, event: ContactEvent) -> None:
    """Changes the contact state by the client's word; what was still to go out is cancelled."""
    state = change_contact(ContactState(scope.client.contact), event, by=By.CLIENT)
    scope.client.contact, scope.client.contact_since = state.value, scope.now
    scope.notice = SendKind.CONFIRMATION
    if state is ContactState.ACTIVE:
        return
    scope.client.paused_until = None
    cancel.of_the_bot(scope.session, client_id=scope.client.id, reason=state.value)
    plan.cancel_planned(scope, reason=state.value)
    talk.end_conversation(scope.session, client_id=scope.client.id, how="left_open", now=scope.now)


def _step_frequency(scope: Scope, step: v.FrequencyStep) -> None:
    before = agreed(scope.terms)
    after = less(before) if step is v.FrequencyStep.LESS else more(before, by=By.CLIENT)
    _keep_terms(scope, after)
    plan.plan_again(scope)
    scope.say("less_done" if step is v.FrequencyStep.LESS else "more_done")


def _keep_terms(scope: Scope, terms: Terms) -> None:
    scope.terms.rhythm = Rhythm(terms.rhythm).value
    scope.terms.every_days = terms.every_days
    scope.terms.weekdays = sorted(terms.weekdays)
    scope.terms.agreed_at = scope.now
