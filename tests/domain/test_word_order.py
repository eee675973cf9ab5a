"""Words about contact count as they were sent; where nobody can say, the quieter one stands."""

from datetime import UTC, datetime, timedelta

import pytest

from onestep.domain.word_order import UNDONE_BY, Said, overtaken
from onestep.domain.words_table import Word

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def said(word, sent=0, came=10):
    """A word, sent and come so many minutes after noon; None where its sending is not known."""
    sent_at = None if sent is None else NOON + sent * MINUTE
    return Said(word, NOON + came * MINUTE, sent_at)


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize("word", list(UNDONE_BY))
@pytest.mark.parametrize("other", list(UNDONE_BY))
def test_sent_before_and_after(word, other, late):
    """A later word takes back what the terms say that it does; an earlier one nothing."""
    assert overtaken(said(word), [said(other, 1)], late=late) == (other in UNDONE_BY[word])
    assert not overtaken(said(word), [said(other, -1)], late=late)
    assert not overtaken(said(word), [], late=late)


@pytest.mark.parametrize(
    ("sent", "other_sent"), [(0, 0), (None, 0), (None, None), (0, None)], ids=str
)
@pytest.mark.parametrize(
    ("quiet", "loud"),
    [(Word.STOP, Word.START), (Word.PAUSE, Word.RESUME), (Word.QUICK_EXIT, Word.RESUME)],
)
def test_where_nobody_can_say(quiet, loud, sent, other_sent):
    """Of what was asked for afterwards: the quieter of the two, whichever came first."""
    assert overtaken(said(loud, sent), [said(quiet, other_sent)], late=True)
    assert not overtaken(said(quiet, sent), [said(loud, other_sent)], late=True)


@pytest.mark.parametrize("sent", [0, None])
def test_what_just_comes_is_the_last(sent):
    """A post of the same second as an earlier one, or without a time, was sent as it came."""
    for word in UNDONE_BY:
        for other in UNDONE_BY:
            assert not overtaken(said(word, sent), [said(other, sent)], late=False)


def test_a_stop_is_left_by_start_alone():
    """RESUME and PAUSE after a STOP leave it as it is (terms page)."""
    assert UNDONE_BY[Word.STOP] == {Word.START}
