"""Sentences written at the end, before anybody saw how they are read, and read once.

They are by the hand that had mended the reading, so they are no stranger's; but nothing was mended
on them and nothing is to be. The figures of the one reading are in docs/measurements.md; what is
kept here leaves room, because so few sentences move by chance.
"""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

RIGHT = 0.75  # least share of sentences read as what they are
COMMANDED = 3  # most everyday messages of 32 read as stop, pause or a call for the coach
FILED = 0.1  # largest share of worries and practical matters read as good news or chat
HEARD = 0.75  # least share of requests heard
COMMANDS = {"stop", "pause", "ask_coach"}
GOOD_NEWS_OR_CHAT = {
    "share_noticing",
    "share_normal",
    "small_talk",
    "greet",
    "thanks",
    "answer_ok",
}


def _read(sentences, understood):
    return [(s, understood[s["id"]]["intent"]) for s in sentences]


def test_every_kind(sets, understood, listed, show):
    """Most sentences are read as what they are."""
    read = _read(sets["blind_fresh_heldout"], understood)
    wrong = [(s["id"], name, s["text"]) for s, name in read if name != s["intent"]]
    show(f"fresh: {len(read) - len(wrong)} of {len(read)} read as what they are")
    assert len(wrong) <= (1 - RIGHT) * len(read), listed(wrong)


def test_everyday_messages_are_no_commands(sets, understood, listed, show):
    """Hardly any message that only holds the word silences the bot or calls the coach."""
    read = _read(sets["blind_fresh_confusions"], understood)
    wrong = [(s["id"], name, s["text"]) for s, name in read if name in COMMANDS]
    show(f"fresh: {len(wrong)} of {len(read)} everyday messages read as a command")
    assert len(wrong) <= COMMANDED, listed(wrong)


def test_matters_are_not_good_news(sets, understood, listed, show):
    """Few worries and practical matters are read as good news or chat."""
    read = _read(sets["blind_fresh_filing"], understood)
    wrong = [(s["id"], name, s["text"]) for s, name in read if name in GOOD_NEWS_OR_CHAT]
    show(f"fresh: {len(wrong)} of {len(read)} matters read as good news or chat")
    assert len(wrong) <= FILED * len(read), listed(wrong)


def test_requests_are_heard(sets, understood, listed, show):
    """Most requests for silence, a pause, an end of it or a person are heard."""
    read = _read(sets["blind_fresh_opt_in"], understood)
    wrong = [(s["id"], name, s["text"]) for s, name in read if name != s["intent"]]
    show(f"fresh: {len(read) - len(wrong)} of {len(read)} requests heard")
    assert len(wrong) <= (1 - HEARD) * len(read), listed(wrong)
