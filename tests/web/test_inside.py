"""What this machine may ask: whether we are ready, and counts without anybody's words."""

from datetime import timedelta

import pytest

from onestep.storage import heard
from onestep.web.counts import Counts, Outcome
from onestep.web.inside import inside
from tests.services.away import away
from tests.services.network import put
from tests.services.test_missed import Lists
from tests.web import asking


@pytest.fixture
def ask(world):
    """The text and status of one of the pages."""

    def ask(path):
        answer = asking.ask(inside(world.app, counts, polled=polled), path)
        return answer.status_code, answer.text

    counts, polled = Counts(), ["telegram"]
    counts.add("sms", Outcome.FORGED, 0.004)
    counts.add("sms", Outcome.KEPT, 0.03)
    return ask


def test_metrics_tell_the_queues_in_numbers(world, ask):
    """Rows by state, the wait of the oldest that is due, turns, posts; no word, no number."""
    world.add(phone="447700900123")
    world.write("been better", phone="447700900123")
    world.write("and more", phone="447700900123", go=False)
    world.wait(seconds=30, go=False)
    _, text = ask("/metrics")
    assert 'onestep_inbox_rows{state="waiting",kind="text"} 1' in text
    assert 'onestep_inbox_lag_seconds{kind="text"} 30.0' in text
    assert 'onestep_outbox_rows{state="sent",lane="ordinary"} 1' in text
    assert 'onestep_turns{by="bot"} 1' in text
    assert 'onestep_posts_total{channel="sms",outcome="forged"} 1' in text
    assert 'onestep_post_seconds_bucket{channel="sms",le="0.005"} 1' in text
    assert 'onestep_post_seconds_bucket{channel="sms",le="+Inf"} 2' in text
    assert "447700900123" not in text
    assert "better" not in text


def test_metrics_tell_how_long_nothing_was_heard(world, ask):
    """Of a channel that is asked: seconds since all it had was taken in."""
    with world.app.db.write() as session:
        heard.claim(session, "telegram", now=world.app.clock(), every=timedelta(seconds=30))
    world.wait(minutes=2, go=False)
    assert 'onestep_heard_seconds_ago{channel="telegram"} 120.0' in ask("/metrics")[1]


def test_a_channel_that_is_no_longer_asked_is_not_silent(world):
    """Once its provider posts to us, or is left for another, nothing grows that could alarm."""
    with world.app.db.write() as session:
        for name in ("telegram", "sms"):
            heard.claim(session, name, now=world.app.clock(), every=timedelta(seconds=30))
    world.wait(hours=2, go=False)
    assert "heard_seconds_ago{" not in asking.ask(inside(world.app, Counts()), "/metrics").text
    put(world, name="sms", kind=Lists)
    text = asking.ask(inside(world.app, Counts()), "/metrics").text
    assert 'onestep_heard_seconds_ago{channel="sms"} 7200.0' in text
    assert 'channel="telegram"' not in text


def test_every_line_of_the_metrics_can_be_read(world, ask):
    """A name, labels, a number: Prometheus refuses the whole page for one line it cannot read."""
    world.add()
    world.write("been better")
    for line in ask("/metrics")[1].splitlines():
        if not line.startswith("# TYPE "):
            assert line.startswith("onestep_")
            float(line.rsplit(" ", 1)[1])


def test_ready_while_the_database_is_there(world, ask):
    """200 while it answers, 503 while it is away; the counts are told all the same."""
    assert ask("/readyz") == (200, "ready")
    with away(world, "not there"):
        assert ask("/readyz") == (503, "the database is away")
        assert "onestep_database_up 0" in ask("/metrics")[1]
