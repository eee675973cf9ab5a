"""The stateless bot against one that remembers everything: the same talk, turn by turn.

25 random conversations here, 250 in `make test-long`.
"""

import os
import random

import pytest
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.events import ActiveLoop, SlotSet

from server.request import read_request
from server.turn import Turner, _turn_slot

pytestmark = pytest.mark.slow

CONVERSATIONS = 250 if os.environ.get("ONESTEP_TEST_LONG") else 25
TURNS = 14
EVENTS = ("first_contact", "check_in_due", "came_back", "pause_over", "session_over")
TEXTS = (
    "been sleeping better tbh",
    "went to the gym on monday, my mate dragged me along",
    "nothing",
    "not bad",
    "same as last time",
    "same shit different day",
    "awful week, got let down again",
    "my nan died",
    "idk",
    "no one",
    "my sister noticed i was calmer",
    "it meant I had something to get up for",
    "7",
    "6 or 7",
    "0",
    "yes",
    "no",
    "ok",
    "skip",
    "later",
    "not today",
    "who sees this",
    "are you a robot",
    "does the dwp see this",
    "what have i told you",
    "i want to talk to ana",
    "someone else not ana",
    "change that",
    "i meant tuesday",
    "less messages please",
    "pause till monday",
    "thanks",
    "how are you",
    "got a letter from the council, due friday",
    "worried about my hearing",
    "cant make thursday with ana",
    "delete everything",
    "piss off",
    "asdkjh",
    "im back on it",
    "I'd like to try cooking once",
    "have my own place and see the kids",
)


class Remembering(Turner):
    """A bot that keeps its tracker, and so every event, from turn to turn."""

    def __init__(self, model):
        super().__init__(model)
        self.tracker = None

    def _open(self, request, said):
        if self.tracker is None:
            self.tracker = super()._open(request, said)
            return self.tracker
        domain, context = self._model.domain, request.context
        events = [SlotSet("context", context), SlotSet("turn", _turn_slot(request))]
        if context["open_prompt"] is None and self.tracker.active_loop_name:
            events += [ActiveLoop(None), SlotSet(REQUESTED_SLOT, None)]
        self.tracker.update_with_events(events, domain)
        return self.tracker


def next_input(rng, prompt, choices):
    """Pick what the client, or the application, does next."""
    roll = rng.random()
    if roll < 0.08:
        return {"kind": "event", "event": rng.choice(EVENTS)}
    if choices and roll < 0.6:
        return {"kind": "choice", "prompt": prompt["id"], "key": rng.choice(choices)}
    texts = rng.sample(TEXTS, 2 if roll > 0.9 else 1)
    messages = [{"ref": f"m{n}", "text": text} for n, text in enumerate(texts, start=1)]
    return {"kind": "text", "messages": messages}


def shown(answer):
    """What of an answer both must agree on."""
    return {k: answer[k] for k in ("replies", "commands", "state", "understood")}


def test_no_history_is_needed(door, asked):
    """Over random conversations both bots give the same answers at every turn.

    The stateless bot leads: its prompts are what the application holds open.
    """
    stateless = door._turner
    apart = []
    for seed in range(CONVERSATIONS):
        rng = random.Random(seed)
        remembering = Remembering(stateless._model)
        state, prompt, choices, left = None, None, [], 5
        for number in range(TURNS):
            given = next_input(rng, prompt, choices)
            if number == 0:
                given = {"kind": "event", "event": rng.choice(EVENTS[:2])}
            if given["kind"] == "event":
                left = 5
            told = {"open_prompt": prompt, "asks_left": left, "turn_id": f"t{number}"}
            request = read_request(asked.body(given, state=state, **told))
            one = stateless.answer(request)
            other = remembering.answer(request)
            if shown(one) != shown(other):
                apart.append((seed, number, given, one["replies"], other["replies"]))
                break
            state = one["state"]
            for reply in one["replies"]:
                left = max(0, left - reply["asks"])
                if reply.get("prompt"):
                    prompt = reply["prompt"]
                    choices = [choice["key"] for choice in reply.get("choices", [])]
            if state["active_loop"] is None and not any(r.get("prompt") for r in one["replies"]):
                prompt, choices = None, []
    assert not apart, f"{len(apart)} of {CONVERSATIONS} conversations: {apart[:3]}"
