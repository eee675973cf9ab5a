"""The rasa actions: three forms that hear, plan and ask; begin, detour, event and close."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.begin import begin, happened
from actions.closing import close
from actions.detours import take_detour
from actions.extract import Heard, hear
from actions.kinds import Sort
from actions.steps import next_asks, put, take
from actions.talk import Talk
from actions.turn import read_turn

Events = list[dict[str, Any]]


def _open(tracker: Tracker) -> Talk:
    return Talk(read_turn(tracker), tracker.slots)


def _done(dispatcher: CollectingDispatcher, talk: Talk) -> Events:
    """Hand over replies and commands in order, and what is remembered as slot events."""
    for reply in talk.replies:
        dispatcher.utter_message(**reply)
    for command in talk.commands:
        dispatcher.utter_message(json_message=command)
    return [SlotSet(name, value) for name, value in talk.changes.items()]


class _Form(Action, ABC):
    """Hears a turn, plans the next question and puts it; rejects what a rule answers."""

    form: str

    @abstractmethod
    def name(self) -> str:
        """The name rasa calls it by."""

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        """One call of this action within a turn."""
        talk = _open(tracker)
        if talk.get("heard") != talk.turn.turn_id:
            heard = hear(talk.turn)
            if tracker.get_slot("requested_slot"):
                if _a_rule_answers(talk, heard):
                    return []  # nothing taken: rasa rejects the form
                if talk.turn.open_asks is None:
                    return _gone(talk, heard)
            else:
                talk.clear()
            talk.set(heard=talk.turn.turn_id, talk_kind=self.form)
            take(talk, heard)
        asks = next_asks(talk)
        if asks:
            put(talk, asks)
        return [*_done(dispatcher, talk), *_asking(asks)]


def _asking(asks: str | None) -> Events:
    """Which question is open now; none ends the form."""
    return [SlotSet("asking", asks), SlotSet("requested_slot", asks and "question")]


def _a_rule_answers(talk: Talk, heard: Heard) -> bool:
    """Events, and requests the intent alone shows, are answered by a rule of their own."""
    asked = heard.sort is Sort.DETOUR and heard.request == talk.turn.reading.intent
    return heard.sort is Sort.EVENT or asked


def _gone(talk: Talk, heard: Heard) -> Events:
    """The application no longer holds the question: the loop ends, the words are unprompted."""
    talk.clear()
    ended = [SlotSet(name, value) for name, value in talk.changes.items()]
    follow = FollowupAction("action_detour" if heard.sort is Sort.DETOUR else "talk_form")
    return [*ended, *_asking(None), ActiveLoop(None), follow]


class ValidateFirstContactForm(_Form):
    """First contact: consent, best hopes."""

    form = "first_contact_form"

    def name(self) -> str:
        """The name rasa calls it by."""
        return "validate_first_contact_form"


class ValidateCheckInForm(_Form):
    """An ordinary, short or hard check-in."""

    form = "check_in_form"

    def name(self) -> str:
        """The name rasa calls it by."""
        return "validate_check_in_form"


class ValidateTalkForm(_Form):
    """What the client began, and what the service had to ask."""

    form = "talk_form"

    def name(self) -> str:
        """The name rasa calls it by."""
        return "validate_talk_form"


class ActionBegin(Action):
    """An event that opens a talk."""

    def name(self) -> str:
        """The name rasa calls it by."""
        return "action_begin"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        """One call of this action within a turn."""
        talk = _open(tracker)
        begin(talk, str(tracker.latest_message["intent"]["name"]).removeprefix("event_"))
        talk.set(heard=talk.turn.turn_id)
        return [ActiveLoop(None), *_asking(None), *_done(dispatcher, talk)]


class ActionEvent(Action):
    """An event, or a stale choice, that needs a word at most."""

    def name(self) -> str:
        """The name rasa calls it by."""
        return "action_event"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        """One call of this action within a turn."""
        talk = _open(tracker)
        event = str(tracker.latest_message["intent"]["name"]).removeprefix("event_")
        happened(talk, event)
        ended = [ActiveLoop(None), *_asking(None)]
        return [*(ended if event != "session_over" else []), *_done(dispatcher, talk)]


class ActionDetour(Action):
    """Whatever the client asks at any point; then the open question, if it comes back."""

    def name(self) -> str:
        """The name rasa calls it by."""
        return "action_detour"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        """One call of this action within a turn."""
        talk = _open(tracker)
        heard = hear(talk.turn)
        if heard.sort is not Sort.DETOUR:
            return [FollowupAction("talk_form")]
        if talk.turn.open_asks is None:
            talk.clear()
        talk.set(heard=talk.turn.turn_id, talk_kind=talk.turn.loop)
        take_detour(talk, str(heard.request))
        form = talk.turn.loop or ("talk_form" if talk.get("service") else None)
        if form is None:
            talk.set(closing=None)
            return _done(dispatcher, talk)
        talk.set(talk_kind=form)
        return [*_done(dispatcher, talk), FollowupAction(form)]


class ActionClose(Action):
    """The close of a talk."""

    def name(self) -> str:
        """The name rasa calls it by."""
        return "action_close"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        """One call of this action within a turn."""
        talk = _open(tracker)
        close(talk)
        return _done(dispatcher, talk)
