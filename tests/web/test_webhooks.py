"""What a provider posts is kept before it is answered; what is not its own leaves no trace."""

import logging
from dataclasses import replace

import pytest
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette

from onestep.services import provider_events
from onestep.storage import aside
from onestep.storage.models import Aside, DeliveryReport, Inbox, Message
from onestep.web.counts import Counts
from onestep.web.webhooks import webhook_routes
from tests.web.asking import ask
from tests.web.provider import SIGNED, Provider, text, update

CANARY = "zqx7canary"


class Posting:
    """A service with the made-up provider, and the way to post to it."""

    def __init__(self, world):
        self.world, self.provider, self.counts = world, Provider(), Counts()
        world.app = replace(world.app, channels={"telegram": self.provider})
        routes = webhook_routes(
            world.app, public_url="https://example.org/here", counts=self.counts
        )
        self.routes = Starlette(routes=routes)

    def post(self, body, headers=SIGNED, *, query=""):
        """One post, signed unless other headers are given."""
        return ask(self.routes, Provider.path + query, method="POST", body=body, **headers)

    def counted(self):
        """The counts of posts, by what became of them."""
        told = [line for line in self.counts.lines() if line.startswith("onestep_posts_total{")]
        return {line.split('outcome="')[1].split('"')[0]: int(line.split()[-1]) for line in told}


@pytest.fixture
def posting(world):
    """A service that the made-up provider posts to; Sam writes from 1001."""
    world.add()
    return Posting(world)


def test_a_post_is_kept_and_answered_as_its_provider_wants(posting):
    """One post, one message in the inbox, and the channel's own words for an answer."""
    answer = posting.post(update(text("1")))
    assert (answer.status_code, answer.text) == (200, "<ok/>")
    assert answer.headers["content-type"].startswith("text/xml")
    assert [row.kind for row in posting.world.rows(Inbox)] == ["text"]
    assert posting.counted() == {"kept": 1}


def test_the_same_again_changes_nothing(posting):
    """Twice in a row, and inside one post: one message."""
    posting.post(update(text("1"), text("1")))
    assert posting.post(update(text("1"))).status_code == 200
    assert len(posting.world.rows(Message, direction="in")) == 1


def test_a_forged_post_gets_nothing_and_leaves_nothing(posting):
    """403 with nothing in it; no row anywhere; counted."""
    for headers in ({}, {"x-signature": "theirs"}):
        answer = posting.post(update(text("1")), headers)
        assert (answer.status_code, answer.text) == (403, "")
    assert ask(posting.routes, Provider.path).status_code == 403
    assert posting.world.rows(Message) == posting.world.rows(Aside) == []
    assert posting.counted() == {"forged": 3}


def test_what_cannot_be_read_is_kept_aside_and_does_not_stand_in_the_way(posting, caplog):
    """Success for the provider, the body sealed once, no word of it in a log, the next taken."""
    poison = f"not json {CANARY}".encode()
    assert [posting.post(poison).status_code for _ in range(2)] == [200, 200]
    assert posting.post(update(text("1"))).status_code == 200
    [kept] = posting.world.rows(Aside)
    assert CANARY.encode() not in kept.body
    with posting.world.app.db.read() as session:
        assert aside.body(session, kept) == poison
    assert (kept.reason, kept.size) == ("unreadable", len(poison))
    assert CANARY not in caplog.text
    assert [each.message for each in caplog.records].count(caplog.records[0].message) == 1
    assert len(posting.world.rows(Inbox)) == 1


def test_what_our_own_fault_meets_is_kept_aside(posting, monkeypatch, caplog):
    """A post that breaks us is whole in the database, told, and brought no second time."""

    def broken(*_):
        raise ZeroDivisionError(CANARY)

    monkeypatch.setitem(provider_events.BY_KIND, "text", broken)
    assert posting.post(update(text("1"))).status_code == 200
    assert [row.reason for row in posting.world.rows(Aside)] == ["failed"]
    assert "onestep aside" in caplog.text
    assert CANARY not in caplog.text


def test_our_own_fault_in_reading_a_post_is_no_unreadable_post(posting, monkeypatch):
    """Who looks after it must know which of the two it was."""

    def broken(_):
        raise ZeroDivisionError

    monkeypatch.setattr(posting.provider, "parse", broken)
    assert posting.post(update(text("1"))).status_code == 200
    assert [row.reason for row in posting.world.rows(Aside)] == ["failed"]


@pytest.mark.parametrize("fault", [OSError("spool"), OperationalError("", {}, Exception())])
def test_what_cannot_be_kept_is_brought_again(posting, monkeypatch, fault):
    """503 with nothing in it, and the same post is taken once it can be."""

    def away(*_):
        raise fault

    with monkeypatch.context() as patch:
        patch.setitem(provider_events.BY_KIND, "text", away)
        answer = posting.post(update(text("1")))
    assert (answer.status_code, answer.text) == (503, "")
    assert posting.post(update(text("1"))).status_code == 200
    assert len(posting.world.rows(Inbox)) == 1
    assert posting.counted() == {"not_kept": 1, "kept": 1}


def test_a_body_over_the_limit_is_not_read(posting):
    """413 by what it says of itself, and 413 as soon as it has grown too large."""
    read = []

    async def endless():
        for _ in range(1000):
            read.append(1)
            yield b" " * 1000

    announced = {**SIGNED, "content-length": str(Provider.limit + 1)}
    assert posting.post(endless(), announced).status_code == 413
    assert read == []
    assert posting.post(endless()).status_code == 413
    assert posting.provider.seen == []
    assert len(read) == 3
    assert posting.post(b"[]" + b" " * (Provider.limit - 2)).status_code == 200


def test_a_channel_is_told_the_address_its_provider_knows(posting):
    """The public address with the query as it came, small header names, and who asked."""
    posting.post(b"[]", {"X-Signature": "ours"}, query="?a=1&b=%20")
    [seen] = posting.provider.seen
    assert seen.url == "https://example.org/here/webhooks/made-up?a=1&b=%20"
    assert seen.headers["x-signature"] == "ours"
    assert seen.remote == "192.0.2.7"


def test_a_report_finds_its_place(posting):
    """What became of a message of ours is kept, also before we know the message."""
    report = {"about": "report", "provider_id": "9", "state": "delivered"}
    assert posting.post(update(report)).status_code == 200
    assert [row.state for row in posting.world.rows(DeliveryReport)] == ["delivered"]


def test_nothing_is_lost_of_a_kind_that_has_no_place_yet(posting):
    """With words it is screened as a message; without, it is kept aside whole."""
    kind = "of tomorrow"
    posting.post(update(text("1", "I want to kill myself", kind=kind), text("2", "", kind=kind)))
    [message] = posting.world.rows(Message, direction="in")
    assert message.screen_level == "now"
    assert [row.reason for row in posting.world.rows(Aside)] == ["no_place"]


def test_no_word_of_a_post_is_logged(posting, caplog):
    """At any level, whatever became of it."""
    caplog.set_level(logging.DEBUG)
    for body in (update(text("1", CANARY)), CANARY.encode()):
        posting.post(body)
        posting.post(body, {})
    assert CANARY not in caplog.text
