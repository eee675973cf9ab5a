"""What nobody would see in either of two short messages, and anybody in both of them."""

import pytest

from onestep.safety import Level, ScreenContext, screen

PAIRS = [
    ("been thinking about the bridge", "the one by the station"),
    ("he drives past the house", "every night now"),
    ("she says ill be deported", "if i tell"),
]


@pytest.mark.parametrize(("first", "then"), PAIRS)
def test_two_short_messages_are_scored_as_one(first: str, then: str) -> None:
    """Neither is anything by itself; the second is *soft* when it follows the first."""
    assert screen(first).level is screen(then).level is Level.NONE
    together = screen(then, ScreenContext(earlier=(first,)))
    assert (together.level, together.by) == (Level.SOFT, "score")
    assert together.words(then) == [then]


@pytest.mark.parametrize(("first", "then"), PAIRS)
def test_after_a_worry_a_message_counts_for_itself(first: str, then: str) -> None:
    """Somebody has been told of what was written before: no second note for the end of it."""
    assert screen(then, ScreenContext(earlier=(first,), noticed=True)).level is Level.NONE


@pytest.mark.parametrize(("first", "then"), PAIRS)
def test_a_long_message_counts_for_itself(first: str, then: str) -> None:
    """Sixty letters say what they say."""
    long = f"{then}, sorry, im on about the bus, anyway the kettle is on and the cat is fed"
    alone, after = screen(long), screen(long, ScreenContext(earlier=(first,)))
    assert (after.level, after.detail) == (alone.level, alone.detail)


def test_ordinary_messages_one_after_the_other_stay_ordinary() -> None:
    """Joining makes nothing of everyday talk."""
    said = ["walked the dog", "then a brew", "rang my sister", "early night", "slept ok tbh"]
    for at, text in enumerate(said):
        assert screen(text, ScreenContext(earlier=tuple(said[:at]))).level is Level.NONE
