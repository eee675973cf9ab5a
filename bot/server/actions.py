"""Run rasa_sdk actions inside this process, with no JSON, no socket and no dump between."""

import inspect
from collections.abc import Callable
from typing import Any

import rasa.core.actions.action
import rasa.core.actions.forms
from rasa.core.actions.action import Action, ActionExecutionRejection
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa_sdk import Tracker
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection as SdkRejection

from server.checks import check_command, check_reply, read_events
from server.errors import BadAction

_UTTER = "utter_"
_REPLY_PARTS = ("values", "asks", "prompt", "choices")


class SdkTracker(Tracker):
    """What an action sees: rasa_sdk's tracker, its list of events made only when asked for."""

    def __init__(self, tracker: DialogueStateTracker) -> None:
        """Look at Rasa's tracker; slots are shared, not copied."""
        message = tracker.latest_message
        self._whole = tracker
        self._events: list[dict[str, Any]] | None = None
        super().__init__(
            sender_id=tracker.sender_id,
            slots=tracker.current_slot_values(),
            latest_message={**message.parse_data, "entities": []} if message else {},
            events=[],
            paused=False,
            followup_action=tracker.followup_action,
            active_loop=_loop(tracker),
            latest_action_name=tracker.latest_action_name,
        )
        self._events = None

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events of this turn as dicts, as an action server would get them."""
        if self._events is None:
            self._events = [event.as_dict() for event in self._whole.events]
        return self._events

    @events.setter
    def events(self, events: list[dict[str, Any]]) -> None:
        self._events = events


def _loop(tracker: DialogueStateTracker) -> dict[str, Any]:
    loop = tracker.active_loop
    if loop is None:
        return {}
    return {
        "name": loop.name,
        "is_interrupted": loop.is_interrupted,
        "rejected": loop.rejected,
        "trigger_message": loop.trigger_message,
    }


class KeyNlg(NaturalLanguageGenerator):
    """Names an utterance instead of wording it: the application says it."""

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Return the key of a plain domain response that a rule runs as an action."""
        return {"custom": {"reply": _reply({"response": utter_action})}}


def _reply(message: dict[str, Any]) -> dict[str, Any]:
    reply: dict[str, Any] = {"say": message["response"][len(_UTTER) :], "values": {}, "asks": 0}
    reply.update({p: message[p] for p in _REPLY_PARTS if message.get(p) is not None})
    check_reply(reply)
    return reply


def _bot_event(message: dict[str, Any], action: str) -> BotUttered:
    """Turn one utter_message into an event; refuse what the contract has no place for."""
    filled = {name for name, value in message.items() if value} - {"template", *_REPLY_PARTS}
    if filled == {"response"} and message["response"].startswith(_UTTER):
        return BotUttered(data={"custom": {"reply": _reply(message)}})
    if filled == {"custom"}:
        check_command(message["custom"])
        return BotUttered(data={"custom": {"command": message["custom"]}})
    raise BadAction(f"{action} uttered something that is neither a response nor a command")


class ActionShelf:
    """Every rasa_sdk action of one package, by name, with the domain as they expect it."""

    def __init__(self, package: str, domain: Domain) -> None:
        """Import the package and register each Action in it."""
        executor = ActionExecutor()
        executor.register_package(package)
        self._run: dict[str, Callable[..., Any]] = executor.actions
        self._domain = domain.as_dict()  # 4 ms or more: once, not per action

    async def run(self, name: str, tracker: DialogueStateTracker) -> list[Event]:
        """Run one action; return its replies and commands, then its events, in order.

        Raises BadAction, or Rasa's ActionExecutionRejection when the action rejects.
        """
        if name not in self._run:
            raise BadAction(f"there is no action called {name}")
        dispatcher = CollectingDispatcher()
        try:
            answered = self._run[name](dispatcher, SdkTracker(tracker), self._domain)
            if inspect.isawaitable(answered):
                answered = await answered
        except SdkRejection as rejection:
            raise ActionExecutionRejection(name) from rejection
        said: list[Event] = [_bot_event(message, name) for message in dispatcher.messages]
        return said + read_events(answered, name)


class InProcessAction(Action):
    """Stands where Rasa would call an action server."""

    shelf: ActionShelf | None = None

    def __init__(self, name: str, _action_endpoint: object = None) -> None:
        """Keep the name; there is no endpoint."""
        self._name = name

    def name(self) -> str:
        """Return the action's name."""
        return self._name

    async def run(
        self,
        output_channel: object,
        nlg: object,
        tracker: DialogueStateTracker,
        domain: Domain,
    ) -> list[Event]:
        """Run the action of this name from the shelf."""
        if self.shelf is None:
            raise BadAction("no actions were loaded")
        return await self.shelf.run(self._name, tracker)


def call_in_process(shelf: ActionShelf) -> None:
    """Make Rasa run its custom actions from the shelf.

    Rasa names RemoteAction in three places (its look-up of actions, slot extraction, forms) and
    offers no other seam; the version is pinned and these are its last releases.
    """
    InProcessAction.shelf = shelf
    rasa.core.actions.action.RemoteAction = InProcessAction
    rasa.core.actions.forms.RemoteAction = InProcessAction
