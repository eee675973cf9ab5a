"""Which words ask for silence, a pause or a person, whatever a classifier finds likely."""

from __future__ import annotations

import pytest

from components.quotes import words_of
from components.requests import Requests

REQUESTS = Requests()


@pytest.mark.parametrize(
    ("text", "likely", "believed"),
    [
        ("never text me again", "resume", "stop"),
        ("stop the check-ins please", "stop", "stop"),
        ("no texts till my birthday", "stop", "pause"),
        ("unpause me", "share_hard", "resume"),
        ("can Dilys ring me", "session_matter", "ask_coach"),
        ("anyone except my coach", "ask_coach", "ask_someone_else"),
        ("id rather not have ana anymore", "stop", "ask_someone_else"),
        ("i dont want to talk to a machine", "ask_robot", "ask_coach"),
        ("a grim few days", "pause", "share_noticing"),
    ],
)
def test_plain_words_are_believed(text: str, likely: str, believed: str) -> None:
    """Where the words ask outright they win; where no word asks, nothing is asked."""
    ranking = [(likely, 0.6), ("share_noticing", 0.2)]
    assert REQUESTS.judge(text, ranking)[0] == believed


@pytest.mark.parametrize(
    ("text", "likely"),
    [
        ("i stopped drinking", "stop"),
        ("the noise never stops", "stop"),
        ("she told him to stop texting me", "stop"),
        ("they put the repairs on hold", "pause"),
        ("ive paused the gym", "pause"),
        ("i need a break from my family", "pause"),
        ("im back on it", "resume"),
        ("caught the coach to Tenby", "ask_coach"),
        ("thanks coach", "ask_coach"),
        ("could someone call the surgery for me", "ask_coach"),
        ("no, not my coach", "ask_someone_else"),
        ("pressed pause on the lottery", "pause"),
        ("is it fine to skip the antibiotics a week", "pause"),
        ("nae end to the noise", "stop"),
        ("tell Dilys thanks from me", "ask_coach"),
        ("would me and Dilys meet outside", "ask_coach"),
    ],
)
def test_everyday_words_are_never_a_command(text: str, likely: str) -> None:
    """However likely the classifier finds it, words about something else ask nothing of us."""
    ranking = [(likely, 0.95), ("share_noticing", 0.02)]
    assert REQUESTS.judge(text, ranking)[0] == "share_noticing"


@pytest.mark.parametrize(
    "text",
    [
        "dont want to be here anymore, gonna take all my tablets",
        "stop texting or ill kill myself",
        "no more. i dont want to live",
        "end it all, never mind me",
        "cant go on living, enough",
    ],
)
def test_danger_is_never_a_wish_for_silence(text: str) -> None:
    """However likely the classifier finds "stop": words about dying are for a person."""
    for likely in ([("stop", 0.95), ("share_hard", 0.02)], [("share_hard", 0.5), ("stop", 0.4)]):
        assert REQUESTS.judge(text, likely)[0] == "share_hard"


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("no need for the pause", "resume"),
        ("get Dilys to phone me tonight", "ask_coach"),
        ("could we park this", "pause"),
        ("kindly refrain from texting", "stop"),
    ],
)
def test_words_that_lean_towards_a_request_need_it_to_be_possible(text: str, asked: str) -> None:
    """Wider words are believed where the classifier holds the request possible, else not."""
    assert REQUESTS.judge(text, [("share_hard", 0.5), (asked, 0.15)])[0] == asked
    assert REQUESTS.judge(text, [("share_hard", 0.5), (asked, 0.05)])[0] == "share_hard"


@pytest.mark.parametrize(("asked", "least"), [("stop", 0.6), ("pause", 0.6), ("resume", 0.5)])
def test_a_likeness_alone_must_be_great(asked: str, least: float) -> None:
    """Without plain words a request is believed only from its own likeness on."""
    text = "i would rather be done and over, back in a while"
    for sure, believed in ((least, asked), (least - 0.01, "share_hard")):
        assert REQUESTS.judge(text, [(asked, sure), ("share_hard", 0.1)])[0] == believed


def test_a_story_is_not_read_for_a_request() -> None:
    """Plain words in a long message are part of what is told."""
    text = "so many things going on here and then " * 3 + "stop messaging me"
    assert REQUESTS.judge(text, [("share_hard", 0.9)])[0] == "share_hard"


def test_no_other_intent_is_touched() -> None:
    """A likeness that is not grave is left as it is."""
    assert REQUESTS.judge("went to the shop", [("small_talk", 0.2)]) == ("small_talk", 0.2)


def test_nothing_that_may_never_be_given_back_is_called_plain() -> None:
    """The words known to be harmless hold none of the grave ones."""
    plain = frozenset().union(*words_of("plain.txt").values())
    assert not plain & words_of("quote.txt")["whole_message"]
