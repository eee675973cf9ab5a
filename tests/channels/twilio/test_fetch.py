"""Pictures are fetched from Twilio alone, with the token shown to its API alone."""

import asyncio
from base64 import b64encode

import pytest

from channels.base import Attachment
from channels.errors import OurFault, Refused
from channels.twilio.channel import LARGEST
from tests.channels.peers.shaky import answer, shaky
from tests.channels.twilio.signed import SID, TOKEN, made

PATH = f"/2010-04-01/Accounts/{SID}/Messages/MM1/Media/ME1"
JPEG = b"\xff\xd8\xff" + bytes(1000)


@pytest.fixture
def api():
    """Twilio's API, as it hands out pictures."""
    with shaky() as carrier:
        yield carrier


def fetch(api, reference=None):
    """The bytes of the picture at `reference`."""
    picture = Attachment("photo", reference or api.url + PATH)
    return asyncio.run(made(api=api.url).fetch(picture))


def test_a_picture_where_it_is(api):
    """The API itself hands it out, to whoever has the token."""
    api.says[PATH] = answer("200 OK", JPEG, Content_Type="image/jpeg")
    assert fetch(api) == JPEG
    assert b"Basic " + b64encode(f"{SID}:{TOKEN}".encode()) in api.took[0]


def test_a_picture_elsewhere_at_twilio(api):
    """Twilio sends us on to where it keeps pictures; the token does not come along."""
    api.says[PATH] = answer("307 There", Location="/kept/ME1?signed=1")
    api.says["/kept/ME1"] = answer("200 OK", JPEG)
    assert fetch(api) == JPEG
    assert b"authorization" not in api.took[1].lower()


@pytest.mark.parametrize(
    "where",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://mms.twiliocdn.com.evil.example/x",
        "http://mms.twiliocdn.com/x",
        "https://s3-external-1.amazonaws.com/other-bucket/x",
        "file:///etc/passwd",
        "//evil.example/x",
    ],
)
def test_nowhere_else(api, where):
    """A way on to anybody else is not followed."""
    api.says[PATH] = answer("302 There", Location=where)
    with pytest.raises(Refused):
        fetch(api)
    assert len(api.took) == 1


@pytest.mark.parametrize("reference", ["https://evil.example/x", "/etc/passwd", "", "{url}/other"])
def test_no_other_reference(api, reference):
    """The token is shown to nobody but the API, at the messages of our own account."""
    with pytest.raises(Refused):
        fetch(api, reference.format(url=api.url) or " ")
    assert api.took == []


def test_too_large(api):
    """More than 10 MB is refused, and not read to its end."""
    api.says[PATH] = answer("200 OK", bytes(LARGEST + 1))
    with pytest.raises(Refused):
        fetch(api)


@pytest.mark.parametrize(
    ("status", "error"), [("404 Gone", Refused), ("401 Who", OurFault), ("307 Nowhere", Refused)]
)
def test_what_cannot_be_had(api, status, error):
    """A picture that is no longer there is refused for good; a wrong token is our fault."""
    api.says[PATH] = answer(status)
    with pytest.raises(error):
        fetch(api)
