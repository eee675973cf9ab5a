"""Against a real gateway: what a phone gets, what comes back, what is posted again."""

import asyncio

import pytest

from channels.base import DeliveryReport, Inbound, Outbound
from channels.errors import OurFault
from tests.channels.bot_api.running import wait_until
from tests.channels.kannel.conftest import made
from tests.channels.peers.kannel import text

pytestmark = pytest.mark.slow
SAM = "+447700900101"


@pytest.mark.parametrize(
    "words",
    ["Hi Sam [1] €5 {x} é", "Dzięki 😀 ŵ", "one\n1 Yes\n2 No", "ż\n1 Tak", "x" * 306, "ж" * 134],
)
def test_a_text_goes_out_and_its_report_comes_back(line, words):
    """A text of any alphabet is on the phone as written; the report carries our reference."""
    with line.peer.phones() as phones:
        asyncio.run(line.channel.send(Outbound(SAM, words, reference="R1")))
        line.receiver.wait(lambda events: [e for e in events if e.state == "delivered"] or None)
        wait_until(lambda: "".join(part for _, part in phones.got()) == words)
        assert {to for to, _ in phones.got()} == {SAM}
    assert {report.reference for report in line.receiver.of(DeliveryReport)} == {"R1"}


@pytest.mark.parametrize("words", ["went out & back + 1", "Жаль 😀", "ŵ"])
def test_a_text_comes_in(line, words):
    """A text of any alphabet is taken in as it was written, in the one spelling of its number."""
    with line.peer.phones(text("447700900101", words)):
        (came,) = line.receiver.wait(lambda events: events)
    assert isinstance(came, Inbound)
    assert (came.sender, came.text) == (SAM, words)
    assert came.sent_at is not None


def test_what_we_refused_comes_again_with_its_id(line):
    """Acceptance 3: a 503 of ours brings the text again, with the same id; nothing is lost."""
    line.receiver.refuse = 1
    with line.peer.phones(text("447700900101", "first")):
        line.receiver.wait_posts(1)
    with line.peer.phones(text("447700900101", "second")):
        line.receiver.wait(lambda events: len(events) == 2)
    ids = [posted.url.partition("id=")[2] for posted in line.receiver.posts]
    assert len(ids) == 3
    assert len(set(ids)) == 2
    assert {came.text for came in line.receiver.events} == {"first", "second"}


def test_the_phone_gets_nothing_for_its_text(line):
    """Whatever we answer to a post, the gateway sends nobody a text of its own."""
    with line.peer.phones(text("447700900101", "hello")) as phones:
        line.receiver.wait(lambda events: events)
        asyncio.run(line.channel.send(Outbound(SAM, "only this", reference="R2")))
        line.receiver.wait(lambda events: len(line.receiver.of(DeliveryReport)) == 2)
        wait_until(phones.got)
        assert phones.got() == [(SAM, "only this")]


def test_the_phone_gets_nothing_when_we_refuse_its_text(line):
    """A gateway set up as docs/kannel.md says tells no client that we could not be reached."""
    ours, line.receiver.channel = line.receiver.channel, made(allowed=())
    with line.peer.phones(text("447700900101", "hello")) as phones:
        line.receiver.wait_posts(1)
        line.receiver.channel = ours
        asyncio.run(line.channel.send(Outbound(SAM, "only this", reference="R5")))
        line.receiver.wait(lambda _: len(line.receiver.of(DeliveryReport)) == 2)
        wait_until(phones.got)
        assert phones.got() == [(SAM, "only this")]
    assert line.receiver.statuses[0] == 403


def test_a_wrong_password_is_our_fault(line):
    """The gateway refuses us: the channel pauses, no message is blamed."""
    channel = made(send_url=line.peer.send_url, password="another")
    with pytest.raises(OurFault):
        asyncio.run(channel.send(Outbound(SAM, "hello", reference="R3")))


def test_what_waits_while_the_line_is_down_arrives_later(line):
    """The gateway stores a text while its line is down, and sends it when it is up again."""
    asyncio.run(line.channel.send(Outbound(SAM, "kept", reference="R4")))
    with line.peer.phones() as phones:
        line.receiver.wait(lambda events: [e for e in events if e.state == "delivered"] or None)
        wait_until(phones.got)
        assert phones.got() == [(SAM, "kept")]
