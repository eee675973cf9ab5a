"""Against a Twilio that remembers: what a phone gets, what comes back, what is never doubled."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from channels.base import ContactChange, DeliveryReport, Inbound, Outbound
from channels.errors import NotSent, OurFault
from tests.channels.peers.emulate import NUMBER, SID, TOKEN
from tests.channels.twilio.signed import made

pytestmark = pytest.mark.slow
SAM, ANA, EVE = "+447700900101", "+447700900102", "+447700900103"


def send(line, to, text, reference="R1"):
    """The receipt of a text."""
    return asyncio.run(line.channel.send(Outbound(to, text, reference=reference)))


def test_a_text_goes_out_and_its_reports_come_back(line):
    """A text is on the phone as written; its reports carry our own reference, in any order."""
    text = "Hi Sam, what's been better? 😀 €5\n1 Lots\n2 A bit"
    receipt = send(line, SAM, text)
    assert line.peer.sent_to(SAM) == [text]
    for status in ("delivered", "sent", "sent"):
        line.peer.becomes(receipt.provider_id, status)
    line.receiver.wait(lambda events: len(events) == 3)
    reports = line.receiver.of(DeliveryReport)
    assert [report.state for report in reports] == ["delivered", "sent", "sent"]
    assert {(r.provider_id, r.reference) for r in reports} == {(receipt.provider_id, "R1")}


def test_a_report_may_come_before_the_receipt(line):
    """Twilio reports while its answer is still on the way: our reference says whose it is."""
    receipt = send(line, ANA, "hello", reference="R2")
    first = line.receiver.posts[0]  # "queued", posted before the answer to the send
    assert "reference=R2" in first.url
    assert receipt.provider_id.encode() in first.body


@pytest.mark.parametrize(
    "text", ["went to the café & back + 1", "", "مرحبا \u202e 😀 zalgo h̷̛͎", "x" * 1600]
)
def test_a_text_comes_in(line, text):
    """Acceptance 1: a signed text is taken in as it was written, blank fields and all."""
    sid = line.peer.phone_sends(SAM, text)
    (came,) = line.receiver.wait(lambda events: events)
    assert came == Inbound("sms", sid, SAM, text=text, to=NUMBER)
    assert line.receiver.statuses == [200]


def test_stop_is_kept_and_known(line):
    """STOP is a message like any other, and Twilio's own word that this number is closed."""
    sid = line.peer.phone_sends(SAM, "Stop.")
    message, change = line.receiver.wait(lambda events: len(events) == 2)
    assert (message.provider_id, message.text) == (sid, "Stop.")
    assert isinstance(change, ContactChange)
    assert change.change == "opted_out"


def test_a_call_is_a_wish_to_be_rung(line):
    """A missed call comes in under its own id, with nothing said to the caller."""
    sid = line.peer.phone_calls(SAM)
    (came,) = line.receiver.wait(lambda events: events)
    assert came == Inbound("sms", sid, SAM, kind="call", to=NUMBER)


def test_the_same_post_again_has_the_same_id(line):
    """Acceptance 3: what Twilio posts twice is one message, by its id."""
    line.peer.phone_sends(SAM, "once")
    (came,) = line.receiver.wait(lambda events: events)
    again = line.receiver.posts[0]
    assert list(line.channel.read(again)) == [came]


def test_what_came_while_we_were_away_is_asked_for(line):
    """T8: Twilio gives a text up after 15 s; its list still has it, under the same id."""
    before = datetime.now(UTC) - timedelta(seconds=1)
    line.receiver.refuse = 3
    sids = [line.peer.phone_sends(EVE, f"message {number}") for number in range(3)]
    assert line.receiver.events == []
    send(line, EVE, "ours is not theirs")
    came = asyncio.run(line.channel.arrived(since=before))
    assert [(one.provider_id, one.text) for one in came if one.sender == EVE] == [
        (sid, f"message {number}") for number, sid in enumerate(sids)
    ]
    assert asyncio.run(line.channel.arrived(since=datetime.now(UTC) + timedelta(hours=1))) == []


def test_an_uncertain_send_is_looked_up(line):
    """Acceptance 6: one that went is found, one that did not is not; the phone has it once."""
    began = datetime.now(UTC)
    receipt = send(line, EVE, "did this go?")
    went = Outbound(EVE, "did this go?")
    assert asyncio.run(line.channel.look_up(went, since=began)) == receipt
    assert asyncio.run(line.channel.look_up(Outbound(EVE, "this did not"), since=began)) is None
    assert asyncio.run(line.channel.look_up(Outbound(SAM, "did this go?"), since=began)) is None
    later = began + timedelta(hours=1)
    assert asyncio.run(line.channel.look_up(went, since=later)) is None
    assert line.peer.sent_to(EVE).count("did this go?") == 1


def test_what_they_wrote_themselves_is_no_send_of_ours(line):
    """A client who writes our own words back does not settle our send."""
    began = datetime.now(UTC)
    line.peer.phone_sends(EVE, "an echo")
    assert asyncio.run(line.channel.look_up(Outbound(EVE, "an echo"), since=began)) is None
    assert asyncio.run(line.channel.look_up(Outbound(NUMBER, "an echo"), since=began)) is None


def test_a_wrong_token_is_our_fault(line):
    """Twilio refuses us: the channel pauses, no message is blamed."""
    channel = made(api=line.peer.url, token="another")
    with pytest.raises(OurFault):
        asyncio.run(channel.send(Outbound(SAM, "hello")))
    with pytest.raises(OurFault):
        asyncio.run(channel.arrived(since=datetime.now(UTC)))


def test_a_wrong_sender_is_our_fault(line):
    """A number that is not ours cannot send: the channel pauses."""
    channel = made(api=line.peer.url, sender="+447700900999")
    with pytest.raises(OurFault):
        asyncio.run(channel.send(Outbound(SAM, "hello")))


def test_what_cannot_be_said_now_is_no_answer(line):
    """Acceptance 6: with Twilio away a look-up says so, and never that the text did not go."""
    away = made(api="http://127.0.0.1:9")
    with pytest.raises(NotSent):
        asyncio.run(away.look_up(Outbound(SAM, "hello"), since=datetime.now(UTC)))


def test_a_post_signed_for_another_address_is_forged(line):
    """Acceptance 10: what Twilio signs for somebody else's webhook does not open ours."""
    numbers = f"{line.peer.url}/2010-04-01/Accounts/{SID}/IncomingPhoneNumbers.json"
    fields = {"PhoneNumber": "+447700900555", "SmsUrl": f"{line.receiver.url}/webhooks/other"}
    assert httpx.post(numbers, data=fields, auth=(SID, TOKEN)).is_success
    fields = {"From": SAM, "To": "+447700900555", "Body": "hello"}
    url = f"{line.peer.url}/_twilio/simulate/inbound-message"
    assert httpx.post(url, data=fields, auth=(SID, TOKEN)).is_success
    assert line.receiver.statuses == [403]
    assert line.receiver.events == []
