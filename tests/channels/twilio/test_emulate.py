"""Against a Twilio that remembers: what a phone gets, what comes back, what is never doubled."""

import asyncio

import pytest

from channels.base import DeliveryReport, Inbound, Outbound

pytestmark = pytest.mark.slow
SAM = "+447700900101"


def test_a_text_goes_out_and_its_reports_come_back(line):
    """A text is on the phone as written; its report carries our own reference."""
    text = "Hi Sam, what's been better? 😀 €5"
    receipt = asyncio.run(line.channel.send(Outbound(SAM, text, reference="R1")))
    assert line.peer.sent_to(SAM) == [text]
    line.peer.becomes(receipt.provider_id, "delivered")
    line.receiver.wait(lambda events: events)
    assert line.receiver.of(DeliveryReport) == [
        DeliveryReport("sms", receipt.provider_id, "delivered", reference="R1")
    ]


def test_a_text_comes_in(line):
    """A signed text is taken in as it was written."""
    sid = line.peer.phone_sends(SAM, "went to the café & back + 1")
    line.receiver.wait(lambda events: events)
    (came,) = line.receiver.of(Inbound)
    assert (came.provider_id, came.sender, came.text) == (sid, SAM, "went to the café & back + 1")
    assert line.receiver.statuses == [200]
