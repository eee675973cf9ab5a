"""A channel that is asked: nothing moves on before it is kept, and nothing stands in the way."""

import asyncio
from dataclasses import replace

import pytest

from channels.errors import NotSent, OurFault, Unknown
from onestep.services import provider_events
from onestep.services.polling import BACK_OFF, NOTE_EACH, SILENT_AFTER, Poller
from onestep.storage.models import Aside, Heard, Message
from tests.web.provider import Provider, text, update


class Asked:
    """A service that asks the made-up provider, with its rests noted instead of taken."""

    def __init__(self, world):
        self.world, self.provider, self.rests, self.now = world, Provider(), [], 0.0
        world.app = replace(world.app, channels={"telegram": self.provider})
        self.poller = self.new()

    def new(self):
        """The poller of a process that has just started."""
        return Poller(self.world.app, self.provider, steady=lambda: self.now, rest=self._rest)

    async def _rest(self, seconds):
        self.rests.append(seconds)

    def ask(self, *batches):
        """Asks once for each batch."""
        self.provider.batches = list(batches)
        for _ in batches:
            self.world.run(self.poller.once())

    def kept(self):
        """How many messages are kept."""
        return len(self.world.rows(Message, direction="in"))


@pytest.fixture
def asked(world):
    """Sam writes from 1001; the provider is asked."""
    world.add()
    return Asked(world)


def said(number, **more):
    """One numbered update."""
    return number, update(text(str(number), **more))


def test_updates_are_kept_and_moved_past(asked):
    """In order, and the next question begins after the last of them."""
    asked.ask([said(7), said(8)], [said(9)])
    assert asked.kept() == 3
    assert asked.provider.asked == [0, 8]


@pytest.mark.parametrize(("stuck", "kept", "after"), [("7", 2, 0), ("8", 2, 7)])
def test_what_could_not_be_kept_is_asked_for_again(asked, monkeypatch, stuck, kept, after):
    """The offset stops before it; what lies behind it is taken in all the same, and only once."""
    taken = provider_events.BY_KIND["text"]

    def full(app, inbound):
        if inbound.provider_id == stuck:
            raise OSError("no room")
        taken(app, inbound)

    with monkeypatch.context() as patch:
        patch.setitem(provider_events.BY_KIND, "text", full)
        asked.ask([said(7), said(8), said(9)])
    assert (asked.kept(), asked.poller.after, asked.rests) == (kept, after, [BACK_OFF[0]])
    asked.ask([said(7), said(8), said(9)])
    assert (asked.kept(), asked.poller.after) == (3, 9)


def test_after_a_restart_all_is_asked_for_and_nothing_is_doubled(asked):
    """Nothing remembers where we were: a message is known by its id."""
    asked.ask([said(7), said(8)])
    asked.poller = asked.new()
    asked.ask([said(7), said(8), said(9)])
    assert asked.provider.asked[-1] == 0
    assert asked.kept() == 3


def test_an_update_nobody_can_read_wedges_nothing(asked):
    """It is kept aside, once, and the others are taken in."""
    poison = (8, b"not json")
    asked.ask([said(7), poison, said(9)])
    asked.poller = asked.new()
    asked.ask([poison])
    assert asked.kept() == 2
    assert [row.reason for row in asked.world.rows(Aside)] == ["unreadable"]
    assert asked.rests == []


def test_numbers_that_begin_anew_are_followed(asked):
    """A provider that counts from a lower number again is asked from there."""
    asked.ask([said(900)])
    asked.provider.poll = _all_of([said(3)], asked.provider)
    asked.ask([])
    assert asked.poller.after == 3


def _all_of(batch, provider):
    async def poll(after):
        provider.asked.append(after)
        return batch

    return poll


def test_a_provider_that_is_away_is_asked_ever_less(asked):
    """Each failure rests longer, up to a limit; an answer begins anew; what it asks is heeded."""
    away = [Unknown() for _ in range(len(BACK_OFF) + 1)]
    asked.ask(*away)
    assert asked.rests == [*BACK_OFF, BACK_OFF[-1]]
    asked.ask([], NotSent(retry_after=120))
    assert asked.rests[-1] == 120


def test_a_question_that_hangs_is_told_and_put_anew(asked, caplog):
    """It holds nothing up for ever: broken off, told, and the next one brings what waited."""
    answers = asked.provider.poll

    async def hangs(after):
        await asyncio.sleep(3600)

    asked.poller.within, asked.provider.poll = 0.05, hangs
    asked.world.run(asked.poller.once())
    assert "hung" in caplog.text
    assert asked.rests == [BACK_OFF[0]]
    asked.provider.poll = answers
    asked.ask([said(7)])
    assert asked.kept() == 1


def test_until_when_all_was_heard_is_kept(asked):
    """For /metrics: written now and then while it answers, and not while it does not."""
    asked.ask([said(7)])
    at = asked.world.app.clock()
    assert [row.until for row in asked.world.rows(Heard)] == [at]
    asked.now += NOTE_EACH.total_seconds()
    asked.world.app.clock.move(NOTE_EACH)
    asked.ask(Unknown())
    assert [row.until for row in asked.world.rows(Heard)] == [at]
    asked.ask([])
    assert [row.until for row in asked.world.rows(Heard)] == [at + NOTE_EACH]


def test_silence_is_told_once_and_its_end_too(asked, caplog):
    """After five minutes without an answer one alarm in plain words, then none until it speaks."""
    asked.ask(Unknown())
    asked.now = SILENT_AFTER - 1
    asked.poller.look()
    assert "not answered" not in caplog.text
    asked.now = SILENT_AFTER
    for _ in range(3):
        asked.poller.look()
    assert caplog.text.count("telegram has not answered for 5 minutes") == 1
    asked.ask([])
    assert "telegram answers again" in caplog.text


def test_a_refused_token_is_told_at_once_and_once(asked, caplog):
    """It does not pass by itself; it is asked again all the same."""
    asked.ask(OurFault(), OurFault())
    assert caplog.text.count("refuses our token") == 1
    assert asked.rests == [BACK_OFF[-1]] * 2
