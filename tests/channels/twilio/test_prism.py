"""Against Twilio's own description of its API: every request is as described, every error told.

Acceptance 6: what failed is classed by Twilio's code, and by its status where there is none.
"""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from channels.base import Outbound
from channels.errors import Gone, NotSent, OptedOut, OurFault, Refused, Unknown
from channels.twilio import Twilio, api
from tests.channels.peers.prism import CODES, prism

pytestmark = pytest.mark.slow
SID = "AC" + "a" * 32
SAM = "+447700900101"
LATER = datetime(2030, 1, 1, tzinfo=UTC)
SINCE = datetime(2019, 1, 1, tzinfo=UTC)  # before the examples in the description


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """Where Prism answers."""
    with prism(tmp_path_factory.mktemp("prism")) as url:
        yield url


def channel(url, **more):
    """A channel that calls Prism."""
    given = {"sender": "+447700900000", "public_url": "https://example.org", **more}
    return Twilio(sid=SID, token="made-up", api=url, **given)


@pytest.mark.parametrize("sender", ["+447700900000", "MG" + "b" * 32])
def test_requests_are_as_described(url, sender):
    """Sending, looking up and asking for what was missed are requests Twilio would understand."""
    twilio = channel(url, sender=sender)
    message = Outbound(SAM, "hello", reference="R1")
    assert asyncio.run(twilio.send(message)).provider_id == "SM" + "a" * 32
    assert asyncio.run(twilio.look_up(message, since=SINCE)) is None
    asyncio.run(twilio.arrived(since=SINCE))


def test_the_peer_refuses_what_is_not_as_described(url):
    """The peer would tell: an account's SID that is none is refused."""
    with pytest.raises(Refused):
        asyncio.run(
            Twilio(
                sid="AC1", token="made-up", sender=SAM, public_url="https://example.org", api=url
            ).send(Outbound(SAM, "hello", reference="R1"))
        )


def test_what_arrived_comes_with_its_picture(url):
    """What is asked for afterwards is what would have been posted: words, time and picture."""
    (came,) = asyncio.run(channel(url).arrived(since=SINCE))
    assert came.kind == "attachment"
    assert came.text.startswith("look mom")
    assert came.sent_at.utcoffset() == timedelta(0)
    (picture,) = came.attachments
    assert picture.kind == "photo"
    assert picture.reference.startswith(f"{url}/2010-04-01/Accounts/{SID}/Messages/")
    assert picture.reference.endswith("/Media/ME" + "a" * 32)
    assert asyncio.run(channel(url).arrived(since=LATER)) == []
    assert asyncio.run(channel(url, sender="MG" + "b" * 32).arrived(since=SINCE)) == []


def test_what_is_listed_is_found(url, monkeypatch):
    """A send that is in Twilio's list went; other words to the same number are another's."""
    listed = channel(url)
    found = asyncio.run(listed.look_up(Outbound("+123456789", "testing"), since=SINCE))
    assert found is not None
    assert found.provider_id.startswith("SM")
    other = Outbound("+123456789", "testing something else")
    assert asyncio.run(listed.look_up(other, since=SINCE)) is None
    assert asyncio.run(listed.look_up(Outbound("+123456789", "testing"), since=LATER)) is None


def prefer(monkeypatch, status, example):
    """The peer answers with one of the failures."""
    call = api.call

    async def asking(method, url, *, headers, **more):
        wanted = {**headers, "Prefer": f"code={status}, example={example}"}
        return await call(method, url, headers=wanted, **more)

    monkeypatch.setattr(api, "call", asking)


OF_CODES = {
    OptedOut: "21610",
    Gone: "21211 21612 21614 30005 30006 63024",
    NotSent: "14107 20429 21611 30001 30003 30008 30022 30410 63018",
    OurFault: "20003 20404 21212 21408 21606 21608 30002 63038",
    Refused: "21602 21604 21617 21620 30004 30007 30010 30019 63016 63032",
}
NOT_OF_A_SEND = "11200 11205 12300"  # what Twilio says of our webhook


def test_every_listed_code_has_one_meaning():
    """No code of the list is left out, none stands twice."""
    meant = " ".join([*OF_CODES.values(), NOT_OF_A_SEND]).split()
    assert sorted(meant) == sorted(json.loads(CODES.read_text("utf-8")))


@pytest.mark.parametrize(
    ("code", "error"),
    [(code, error) for error, codes in OF_CODES.items() for code in codes.split()],
)
def test_codes(url, monkeypatch, code, error):
    """Acceptance 6: each code of Twilio's leads where the table says, whatever its status."""
    prefer(monkeypatch, 400, code)
    with pytest.raises(error) as raised:
        asyncio.run(channel(url).send(Outbound(SAM, "hello", reference="R1")))
    assert type(raised.value) is error
    assert str(raised.value) == code or error is NotSent
    assert getattr(raised.value, "retry_after", None) is None


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, OurFault),
        (404, OurFault),
        (429, NotSent),
        (500, Unknown),
        (502, NotSent),
        (503, NotSent),
    ],
)
def test_statuses(url, monkeypatch, status, error):
    """Acceptance 6: where the code says nothing the status does; 500 may come after the send."""
    prefer(monkeypatch, status, NOT_OF_A_SEND.split(maxsplit=1)[0])
    with pytest.raises(error) as raised:
        asyncio.run(channel(url).send(Outbound(SAM, "hello", reference="R1")))
    assert type(raised.value) is error
