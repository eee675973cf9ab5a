"""The dialogue state: slots and one loop, in and out, with nothing of a client in it."""

import warnings

import pytest
from rasa.shared.core.domain import Domain

from server.checks import check_reply, hold_no_words, read_events
from server.errors import BadAction, StateTooBig
from server.state import close_tracker, open_tracker


def _domain():
    """A small domain; Rasa warns about every one that has slots."""
    custom = {"type": "any", "mappings": [{"type": "custom"}]}
    counter = {
        "type": "float",
        "initial_value": 0.0,
        "max_value": 9,
        "mappings": custom["mappings"],
    }
    slots = {name: dict(custom) for name in ("context", "turn", "how", "who")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Domain.from_dict(
            {
                "slots": {**slots, "count": counter},
                "forms": {"talk_form": {"required_slots": ["how", "who"]}},
            }
        )


DOMAIN = _domain()
LOOP = {"name": "talk_form", "requested_slot": "how"}


def again(state, *, let_go=False):
    """Take a state in and out."""
    opened = open_tracker(state, {"context": {}, "turn": {}}, DOMAIN, let_go=let_go)
    return opened, close_tracker(opened.tracker, "sha256:new")


def test_state_comes_back_as_it_went_in():
    """Slots, loop and open question survive; context and turn do not; the model is named."""
    state = {"model": "sha256:new", "slots": {"how": "told", "count": 3}, "active_loop": LOOP}
    opened, kept = again(state)
    assert kept == state
    assert opened.tracker.latest_action_name == "action_listen"


def test_no_state_is_an_empty_one():
    """The first turn: nothing is set, no slot of its default value is carried."""
    assert again(None)[1] == {"model": "sha256:new", "slots": {}, "active_loop": None}


def test_a_default_that_was_unset_is_carried():
    """None in the place of a default is news, so it goes back."""
    assert again({"slots": {"count": None}})[1]["slots"] == {"count": None}


def test_a_rejected_loop_stays_rejected():
    """Else the next turn would put the loop before every rule again."""
    loop = {**LOOP, "rejected": True}
    assert again({"slots": {}, "active_loop": loop})[1]["active_loop"] == loop


def test_an_older_models_state_is_read_slot_by_slot():
    """Unknown slots fall away, also those that are ours or Rasa's own."""
    slots = {"how": "told", "gone": 1, "context": {"x": 1}, "requested_slot": "who"}
    state = {"model": "sha256:old", "slots": slots, "active_loop": None}
    opened, kept = again(state)
    assert kept["slots"] == {"how": "told"}
    assert opened.tracker.get_slot("requested_slot") is None


@pytest.mark.parametrize(
    "loop",
    [{"name": "gone_form"}, {"name": "talk_form", "requested_slot": "gone"}],
)
def test_a_loop_that_no_longer_exists_is_told(loop):
    """The loop or its question is unknown to this model: said once, and not built."""
    opened, kept = again({"slots": {"how": "told"}, "active_loop": loop})
    assert opened.loop_gone
    assert kept == {"model": "sha256:new", "slots": {"how": "told"}, "active_loop": None}


def test_a_loop_the_application_let_go_is_not_built():
    """Nothing open there, so nothing open here, and nothing to be sorry for."""
    opened, kept = again({"slots": {}, "active_loop": LOOP}, let_go=True)
    assert not opened.loop_gone
    assert kept["active_loop"] is None


@pytest.mark.parametrize("state", [{"slots": []}, {"active_loop": "x"}, {"slots": None}, {}])
def test_an_odd_state_is_an_empty_one(state):
    """A state is never trusted to have its shape."""
    assert again(state)[1]["slots"] == {}


def test_a_state_over_4_kb_is_an_error():
    """It is never sent back."""
    with pytest.raises(StateTooBig):
        again({"slots": {"how": [["k" * 100]] * 50}})


def test_words_in_the_state_are_an_error():
    """Nothing a client wrote waits in a slot."""
    with pytest.raises(BadAction) as caught:
        again({"slots": {"how": "slept well canary"}})
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("value", ["two words", "naïve", {"a b": 1}, [["x y"]], {"k": {1, 2}}])
def test_only_keys_numbers_and_lists_of_them_pass(value):
    """A text, whatever it hides in, does not."""
    with pytest.raises(BadAction):
        hold_no_words(value, "here")


def test_keys_pass():
    """Ids, keys, dates, counters, spans."""
    hold_no_words({"a": ["01J8:how", "2026-11-21T18:02:00+00:00", 6.5, None, True, ""]}, "here")


@pytest.mark.parametrize(
    "events",
    [
        [{"event": "restart"}],
        [{"event": "user", "text": "x"}],
        [{"event": "rewind"}],
        [{"event": "pause"}],
        [{"event": "slot", "name": "how"}],
        [{"event": "slot", "name": 1, "value": 2}],
        ["slot"],
        {"event": "slot"},
        [None],
    ],
)
def test_an_action_cannot_give_what_a_stateless_turn_cannot_keep(events):
    """Only slots, follow-ups, loops and rejections, each by Rasa's schema."""
    with pytest.raises(BadAction):
        read_events(events, "action_x")


def test_an_actions_good_events_are_read():
    """And None is no event, as with an action server."""
    events = read_events([{"event": "slot", "name": "how", "value": 1, "timestamp": None}], "x")
    assert [(e.key, e.value) for e in events] == [("how", 1)]
    assert read_events(None, "x") == []


@pytest.mark.parametrize(
    "part",
    [
        {"values": {"quote": "her words"}},
        {"asks": 2},
        {"values": None},
        {"prompt": {"id": "p1"}},
        {"choices": ["skip"]},
        {"say": "Well done you"},
    ],
)
def test_a_reply_outside_the_contract_is_an_error(part):
    """A reply is {say, values, asks[, prompt, choices]} of keys only."""
    with pytest.raises(BadAction):
        check_reply({"say": "ask_how", "values": {}, "asks": 1, **part})
