"""Run one turn: from a request to its answer, through Rasa's policies and our actions."""

import copy
from collections.abc import Coroutine
from typing import Any

import rasa.core.actions.action
from rasa.core.actions.action import Action, ActionExecutionRejection
from rasa.core.channels.channel import OutputChannel
from rasa.core.policies.policy import PolicyPrediction
from rasa.engine.constants import PLACEHOLDER_TRACKER
from rasa.shared.core.constants import ACTION_EXTRACT_SLOTS, ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecutionRejected,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from server.actions import KeyNlg
from server.errors import BadAction, NothingSaid, TurnFailed
from server.model import Model
from server.nlu import read_input
from server.pace import copy_slots_quickly
from server.request import CONTRACT, Input, TurnRequest
from server.state import close_tracker, open_tracker

MOST_ACTIONS = 10  # of one turn, as in stock Rasa; there it ends in silence, here in an error
LOOP_GONE = {"say": "loop_gone", "values": {}, "asks": 0}


class Turner:
    """Answers turns with one model; it keeps nothing of a turn."""

    def __init__(self, model: Model) -> None:
        """Look every action up once."""
        self._model = model
        self._nlg = KeyNlg()
        self._channel = OutputChannel()
        self._actions: dict[str, Action] = {}
        copy_slots_quickly()
        self._to_extract = _with_extraction(model.domain)

    def answer(self, request: TurnRequest) -> dict[str, Any]:
        """Return the answer of the turn contract.

        Raises TurnError; any other exception of an action or of Rasa comes through as it is.
        """
        said = _Said()
        parse_data = read_input(request.input, self._model)
        tracker = self._open(request, said)
        _finish(self._hear(tracker, parse_data, said))
        if not said.replies and not said.commands:
            raise NothingSaid
        return {
            "contract": CONTRACT,
            "turn_id": request.turn_id,
            "model": self._model.fingerprint,
            "replies": said.replies,
            "commands": said.commands,
            "state": close_tracker(tracker, self._model.fingerprint),
            "understood": _understood(parse_data),
        }

    def _open(self, request: TurnRequest, said: "_Said") -> DialogueStateTracker:
        context = request.context
        opened = open_tracker(
            request.state,
            {"context": context, "turn": _turn_slot(request)},
            self._model.domain,
            let_go="open_prompt" in context and context["open_prompt"] is None,
        )
        if opened.loop_gone:
            said.replies.append(dict(LOOP_GONE))
        return opened.tracker

    async def _hear(
        self, tracker: DialogueStateTracker, parse_data: dict[str, Any], said: "_Said"
    ) -> None:
        """Follow Rasa's processor: hear, extract slots, then act until it listens."""
        domain = self._model.domain
        uttered = UserUttered(parse_data["text"], parse_data["intent"], [], parse_data)
        tracker.update(uttered, domain)
        extract = self._action(ACTION_EXTRACT_SLOTS)
        events = await extract.run(self._channel, self._nlg, tracker, self._to_extract)
        said.take(events)
        tracker.update_with_events(events, domain)
        for _ in range(MOST_ACTIONS):
            if await self._act(tracker, said) == ACTION_LISTEN_NAME:
                return
        raise TurnFailed(f"more than {MOST_ACTIONS} actions in one turn")

    async def _act(self, tracker: DialogueStateTracker, said: "_Said") -> str:
        """Predict and run one action; return its name."""
        domain = self._model.domain
        prediction = self._predict(tracker)
        if not prediction.max_confidence:
            raise TurnFailed("no rule covers this turn")
        name: str = domain.action_names_or_texts[prediction.max_confidence_index]
        action = self._action(name)
        try:
            seen = _as_predicted(tracker, prediction, domain)
            events = await action.run(self._channel, self._nlg, seen, domain)
        except ActionExecutionRejection:
            policy = prediction.policy_name
            rejected = ActionExecutionRejected(name, policy, prediction.max_confidence)
            tracker.update(rejected)
            return name
        said.take(events)
        _log(tracker, action, prediction, events, domain)
        return name

    def _predict(self, tracker: DialogueStateTracker) -> PolicyPrediction:
        domain = self._model.domain
        follow_up = tracker.followup_action
        if follow_up:
            tracker.clear_followup_action()
            if follow_up not in domain.action_names_or_texts:
                raise BadAction("a follow-up action that the domain does not name")
            return PolicyPrediction.for_action_name(domain, follow_up, "followup_action")
        target = self._model.core_target
        prediction: PolicyPrediction = self._model.runner.run(
            {PLACEHOLDER_TRACKER: tracker}, [target]
        )[target]
        return prediction

    def _action(self, name: str) -> Action:
        if name not in self._actions:
            self._actions[name] = rasa.core.actions.action.action_for_name_or_text(
                name, self._model.domain, None
            )
        return self._actions[name]


class _Said:
    """The replies and commands of one turn, each in the order they were given."""

    def __init__(self) -> None:
        self.replies: list[dict[str, Any]] = []
        self.commands: list[dict[str, Any]] = []

    def take(self, events: list[Event]) -> None:
        """Take what the actions uttered out of their events."""
        for event in events:
            if isinstance(event, BotUttered):
                custom = (event.data or {}).get("custom") or {}
                if "reply" in custom:
                    self.replies.append(custom["reply"])
                elif "command" in custom:
                    self.commands.append(custom["command"])
                else:
                    raise BadAction("something was uttered in words")


def _with_extraction(domain: Domain) -> Domain:
    """Return the domain with only the slots that something is extracted for.

    Rasa asks of every slot at every turn whether a mapping fills it; a custom mapping without
    an action never does, and nearly all of ours are that.
    """
    narrow = copy.copy(domain)
    narrow.slots = [
        slot
        for slot in domain.slots
        if any(m.get("type") != "custom" or m.get("action") for m in slot.mappings)
    ]
    return narrow


def _as_predicted(
    tracker: DialogueStateTracker, prediction: PolicyPrediction, domain: Domain
) -> DialogueStateTracker:
    """Return what the action sees: the tracker with the policy's own events on it.

    They are tried on a copy, because a rejection discards them. The copy replays every event,
    and the one event that comes with each prediction says nothing to an action: no copy then.
    """
    telling = [
        event
        for event in prediction.events
        if not isinstance(event, DefinePrevUserUtteredFeaturization)
    ]
    if not telling:
        return tracker
    ahead = tracker.copy()
    ahead.update_with_events(telling, domain)
    return ahead


def _log(
    tracker: DialogueStateTracker,
    action: Action,
    prediction: PolicyPrediction,
    events: list[Event],
    domain: Domain,
) -> None:
    """Put what an action did on the tracker, as Rasa's processor does."""
    if not any(isinstance(event, ActionExecutionRejected) for event in events):
        tracker.update_with_events(prediction.events, domain)
        tracker.update(action.event_for_successful_execution(prediction))
    tracker.update_with_events(events, domain)


def _finish(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine that never waits; anything that waits has no place in a pure turn."""
    try:
        work.send(None)
    except StopIteration:
        return
    work.close()
    raise BadAction("an action waited for something outside the turn")


def _turn_slot(request: TurnRequest) -> dict[str, Any]:
    heard: Input = request.input
    return {
        "turn_id": request.turn_id,
        "kind": heard.kind,
        "messages": [{"ref": m.ref, "start": m.start, "end": m.end} for m in heard.messages],
        "prompt": heard.prompt,
        "key": heard.key,
        "event": heard.event,
    }


def _understood(parse_data: dict[str, Any]) -> dict[str, Any]:
    intent = parse_data["intent"]
    return {"intent": intent["name"], "confidence": round(float(intent["confidence"]), 4)}
