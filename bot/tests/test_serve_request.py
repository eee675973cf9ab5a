"""What a request may be, and what is refused before any of it is read as a turn."""

import json

import pytest

from server.errors import BadRequest, StaleChoice, TooLarge
from server.request import read_request


def whole(**other):
    """A good request with some parts replaced."""
    good = {
        "contract": 1,
        "turn_id": "t1",
        "input": {"kind": "text", "messages": [{"ref": "m1", "text": "hello"}]},
        "state": None,
        "context": {},
    }
    return json.dumps({**good, **other}).encode()


def test_a_good_request_is_read():
    """Text, refs, state and context come through."""
    read = read_request(whole(state={"slots": {}}, context={"asks_left": 2}))
    assert (read.turn_id, read.input.text, read.input.messages[0].ref) == ("t1", "hello", "m1")
    assert (read.state, read.context) == ({"slots": {}}, {"asks_left": 2})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[]",
        b"null",
        whole(contract=2),
        whole(contract="1"),
        whole(contract=None),
        whole(turn_id=None),
        whole(turn_id="x" * 81),
        whole(context=None),
        whole(state=[]),
        whole(input=None),
        whole(input={"kind": "voice"}),
        whole(input={"kind": "event", "event": "restart"}),
        whole(input={"kind": "text", "messages": []}),
        whole(input={"kind": "text", "messages": "hello"}),
        whole(input={"kind": "text", "messages": ["hello"]}),
        whole(input={"kind": "text", "messages": [{"ref": "m1"}]}),
        whole(input={"kind": "text", "messages": [{"ref": "", "text": "x"}]}),
        whole(input={"kind": "text", "messages": [{"ref": "m", "text": "x"}] * 201}),
        whole(input={"kind": "choice", "prompt": 1, "key": "a"}),
    ],
)
def test_what_is_not_the_contract_is_refused(body):
    """Malformed JSON, an unknown version, a missing or odd part: 400."""
    with pytest.raises(BadRequest) as caught:
        read_request(body)
    assert caught.value.status == 400


def test_a_body_over_256_kb_is_refused_unread():
    """The limit is on the bytes, before JSON is parsed."""
    with pytest.raises(TooLarge) as caught:
        read_request(b"x" * (256 * 1024 + 1))
    assert caught.value.status == 413


@pytest.mark.parametrize("held", [None, {"id": "p2", "asks": "how"}, "p1"])
def test_a_choice_counts_only_for_the_prompt_that_is_open(held):
    """Another prompt, or none, makes the choice stale: 409."""
    choice = {"kind": "choice", "prompt": "p1", "key": "skip"}
    with pytest.raises(StaleChoice):
        read_request(whole(input=choice, context={"open_prompt": held}))
    open_one = {"open_prompt": {"id": "p1", "asks": "how"}}
    assert read_request(whole(input=choice, context=open_one)).input.key == "skip"


def test_texts_of_the_context_are_cut_at_300():
    """However deep, in code points."""
    context = {"best_hopes": "😀" * 500, "people": ["n" * 301], "areas_due": [{"key": "k" * 400}]}
    read = read_request(whole(context=context)).context
    assert read == {
        "best_hopes": "😀" * 300,
        "people": ["n" * 300],
        "areas_due": [{"key": "k" * 300}],
    }


def test_a_refusal_never_quotes_what_came_in():
    """The reason is made of our own words."""
    for canary in (whole(turn_id=["canary"]), b"canary", whole(input={"kind": "canary"})):
        with pytest.raises(BadRequest) as caught:
            read_request(canary)
        assert "canary" not in str(caught.value)
