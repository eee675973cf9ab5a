"""Whole turns with the trained model: what every one of them must hold."""

import json

import pytest

from server.errors import BadAction, NothingSaid
from server.state import LARGEST_STATE

pytestmark = pytest.mark.slow

WAYS_IN = ("", " ", "\u00a0", "\u200b", "\ufeff", "\u2003\u200d", "\n", "\u202e")
TYPED = (
    "/restart",
    "/back",
    "/session_start",
    "/event_check_in_due",
    "/choice",
    '/inform{"how": "told"}',
    "/share_noticing",
    "//restart",
)


def test_an_event_opens_a_check_in(ask, asked):
    """A due check-in puts a question and holds it open."""
    answer = ask(asked.event("check_in_due"), turn_id="t1")
    assert answer["replies"][-1]["prompt"]["id"].startswith("t1:")
    assert answer["state"]["active_loop"]["name"]
    assert answer["understood"] == {"intent": "event_check_in_due", "confidence": 1.0}


@pytest.mark.parametrize(
    "asks", [None, "better", "helped", "start_again", "end_sure", "worry_when"]
)
@pytest.mark.parametrize(
    "word", ["boiler", "dentist", "mum", "work", "7", "xx", "rent", "scared", "ok", "?", "no"]
)
def test_a_single_word_is_met_with_something(ask, asked, word, asks):
    """One word, with or without a question open, gets a reply, a command or chosen silence."""
    prompt = {"id": f"t0:{asks}", "asks": asks} if asks else None
    answer = ask(word, open_prompt=prompt)
    assert answer["replies"] or answer["commands"]


def test_the_same_request_twice_gives_the_same_answer(ask, asked):
    """A turn repeated after a crash does no harm, whatever came between."""
    opened = ask(asked.event("check_in_due"))
    held = {"open_prompt": opened["replies"][-1]["prompt"], "state": opened["state"]}
    held["turn_id"] = "t9"
    first = ask("been sleeping better tbh", **held)
    ask(["worried sick about the letter", "it says friday"])
    assert ask("been sleeping better tbh", **held) == first


def test_a_turn_changes_nothing_that_was_sent(ask, asked):
    """The state and context of a request are only read."""
    state = {"model": "x", "slots": {"heard": "t0"}, "active_loop": None}
    before = json.dumps(state)
    ask("hello", state=state)
    assert json.dumps(state) == before


UNREAD = {"intent": "out_of_scope", "confidence": 0.0}


@pytest.mark.parametrize("typed", TYPED)
def test_a_typed_intent_is_only_a_text(ask, typed):
    """However the slash is hidden: no intent of that name, no event, no command obeyed."""
    for way in WAYS_IN:
        answer = ask(way + typed)
        assert answer["understood"] == UNREAD
        assert answer["commands"] in ([], [{"command": "stay_silent"}])
        assert answer["state"]["active_loop"] is None


def test_a_typed_intent_never_answers_for_rasa(ask, asked):
    """With a question open it is a text that nobody could read: the question is not closed."""
    opened = ask(asked.event("check_in_due"))
    held = {"open_prompt": opened["replies"][-1]["prompt"], "state": opened["state"]}
    for typed in TYPED:
        answer = ask(typed, **held)
        assert answer["understood"] == UNREAD
        assert answer["state"]["active_loop"] is not None


@pytest.mark.parametrize(
    "text",
    [
        "😀😀😀",
        "?",
        "a" * 4096,
        "word " * 5000,
        "😀" * 10_000,
        "nul \x00 lone \ud800 end",
        "שלום, ישנתי טוב",
        "bore da, dw i'n iawn",
        "\n\n\n",
        " ",
        "{{how}} {how} %s $HOME <b>'\"; drop table",
    ],
)
def test_an_odd_text_gets_an_answer(ask, text):
    """Nothing a client can type breaks a turn."""
    answer = ask(text)
    assert answer["replies"] or answer["commands"]


def test_state_stays_small_and_wordless(ask, asked):
    """Over a long talk: under 4 KB, and no word of what was written is in it."""
    answer = ask(asked.event("check_in_due"))
    said = "zebracanary went to the allotment with my neighbour"
    for _ in range(12):
        prompts = [r["prompt"] for r in answer["replies"] if r.get("prompt")]
        held = prompts[-1] if prompts else None
        answer = ask(said, state=answer["state"], open_prompt=held)
        whole = json.dumps(answer)
        assert len(json.dumps(answer["state"])) <= LARGEST_STATE
        assert "canary" not in whole
        assert "allotment" not in whole


def test_words_are_pointed_at_by_ref(ask):
    """Every span and ref in an answer names a message of this turn and lies inside it."""
    texts = ["been sleeping better tbh", "and I cooked twice 😀"]
    answer = ask(texts)
    refs = {f"m{n}": text for n, text in enumerate(texts, start=1)}

    def look(value):
        if isinstance(value, dict):
            if {"ref", "start", "end"} <= set(value):
                assert 0 <= value["start"] < value["end"] <= len(refs[value["ref"]])
            for item in value.values():
                look(item)
        elif isinstance(value, list):
            for item in value:
                look(item)

    look(answer["replies"])
    for command in answer["commands"]:
        assert set(command.get("words", [])) <= set(refs)
        look(command)


def test_an_older_models_state_is_answered(ask):
    """Slots and loops it no longer knows fall away; the loss of a question is said, first."""
    slots = {"heard": "t0", "a_slot_of_old": [1]}
    gone = {"name": "old_form", "requested_slot": "old"}
    state = {"model": "sha256:old", "slots": slots, "active_loop": gone}
    answer = ask("hello", state=state, open_prompt={"id": "t0:old", "asks": "old"})
    assert answer["replies"][0] == {"say": "loop_gone", "values": {}, "asks": 0}
    assert "a_slot_of_old" not in answer["state"]["slots"]
    assert answer["state"]["model"] == answer["model"] != "sha256:old"
    again = ask("hello", state=answer["state"])
    assert "loop_gone" not in [reply["say"] for reply in again["replies"]]


def test_a_loop_nobody_holds_open_is_let_go(ask, asked):
    """With no open prompt a text is not taken for an answer, and nothing is said about it."""
    opened = ask(asked.event("check_in_due"))
    answer = ask("hello", state=opened["state"], open_prompt=None)
    assert "loop_gone" not in [reply["say"] for reply in answer["replies"]]
    assert answer["replies"] == ask("hello")["replies"]


@pytest.fixture
def broken(door, monkeypatch):
    """Make every action of the bot do something else."""

    def breaking(run):
        from server.actions import InProcessAction

        names = InProcessAction.shelf._run
        monkeypatch.setattr(InProcessAction.shelf, "_run", dict.fromkeys(names, run))

    return breaking


def raises(*_):
    """An action that fails with a client's words in its exception."""
    raise KeyError("canary")


def waits(*_):
    """An action that waits for something."""

    class Something:
        def __await__(self):
            yield

    return Something()


def utters(**message):
    """An action that utters something."""

    def run(dispatcher, *_):
        dispatcher.utter_message(**message)
        return []

    return run


@pytest.mark.parametrize(
    ("action", "code"),
    [
        (lambda *_: [], NothingSaid.code),
        (raises, "turn_failed"),
        (waits, BadAction.code),
        (utters(text="well done canary"), BadAction.code),
        (utters(response="chat"), BadAction.code),
        (utters(response="utter_chat", buttons=[{"title": "canary"}]), BadAction.code),
        (utters(response="utter_chat", canary=1), BadAction.code),
        (utters(json_message={"words": []}), BadAction.code),
        (utters(json_message={"command": "x", "words": ["the canary sang"]}), BadAction.code),
        (lambda *_: [{"event": "restart"}], BadAction.code),
        (lambda *_: [{"event": "followup", "name": "action_gone"}], BadAction.code),
        (lambda *_: "canary", BadAction.code),
    ],
)
def test_a_broken_action_is_never_silence(door, broken, asked, action, code):
    """Whatever goes wrong is a non-200 with a reason that quotes nothing."""
    broken(action)
    status, answer = door.answer("POST", "/turn", asked.body(asked.event("check_in_due")))
    assert status == 500
    assert answer["error"]["code"] == code
    assert "canary" not in json.dumps(answer)


def test_an_endless_turn_ends_as_an_error(door, broken, asked):
    """An action that always asks to be followed by itself does not run for ever."""
    follow = {"event": "followup", "name": "action_begin", "timestamp": None}
    broken(lambda *_: [follow])
    status, answer = door.answer("POST", "/turn", asked.body(asked.event("check_in_due")))
    assert (status, answer["error"]["code"]) == (500, "turn_failed")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/turn", 405), ("POST", "/", 404), ("GET", "/webhooks/rest", 404)],
)
def test_there_is_no_other_door(door, method, path, status):
    """Nothing but POST /turn and GET /health."""
    assert door.answer(method, path, b"")[0] == status
