"""Pictures and sound a service keeps: fetched once, proved by their bytes, sealed like words."""

from dataclasses import replace
from datetime import timedelta

import pytest

from channels.base import Attachment as Came
from channels.base import Inbound
from channels.errors import NotSent, OurFault, Refused, Unknown
from onestep.services.attachments import RETRIES, content_type
from onestep.services.provider_events import take_in_event
from onestep.services.record_page import record_page
from onestep.storage import attachments, clients
from onestep.storage.models import Alert, AlertMessage, Aside, Attachment, Entry
from tests.channels.peers.shaky import answer, shaky
from tests.channels.twilio.signed import SID, made
from tests.services.network import Network, put

pytestmark = pytest.mark.slow

CANARY = b"canary-of-a-picture" * 40
JPEG, OGG = b"\xff\xd8\xff\xe0" + CANARY, b"OggS\x00\x02" + CANARY


class Fetched(Network):
    """A channel that hands out what it is told to, or fails."""

    body, asked = JPEG, ()

    async def fetch(self, attachment):
        """The bytes, or the error."""
        self.asked = (*self.asked, attachment.reference)
        if isinstance(self.body, Exception):
            raise self.body
        return self.body


@pytest.fixture
def kept(world):
    """A service that keeps pictures, and Sam; what is fetched is on `kept.channel`."""
    world.sam = world.add()
    world.app = replace(world.app, keeps=frozenset({"photo", "voice"}))
    world.channel = put(world, kind=Fetched)
    return world


def send(world, id="p1", kind="photo", text="", things=1, sender="1001", channel="telegram"):
    """A phone sends something."""
    came = tuple(Came(kind, reference=f"https://at.example/{id}-{n}") for n in range(things))
    event = Inbound(channel, id, sender, text, kind="attachment", attachments=came)
    take_in_event(world.app, event)
    world.go()


def bodies(world):
    """What is kept, opened."""
    with world.app.db.read() as session:
        rows = reversed(attachments.of_client(session, world.sam))
        return [(row.state, row.content_type, attachments.body(session, row)) for row in rows]


def test_a_picture_is_kept_and_a_person_looks(kept):
    """Fetched once, whatever comes twice; listed on the record; unread; one kind sentence."""
    for _ in range(2):
        send(kept)
    send(kept, "p2", things=2)
    assert bodies(kept) == [("kept", "image/jpeg", JPEG)] * 3
    assert len(kept.channel.asked) == 3
    assert [each.level for each in kept.rows(AlertMessage)] == ["unread"] * 2
    assert kept.keys(kept.sam) == ["picture_kept"]
    assert kept.rows(Aside) == kept.rows(Entry) == []
    page = record_page(kept.app, kept.sam)
    assert [(each.kind, each.state, each.size) for each in page.pictures] == [
        ("photo", "kept", len(JPEG))
    ] * 3
    kept.check_everything_is_covered()


def test_sealed_and_nowhere_else(kept):
    """Neither the picture nor where it lay is in the clear in any file of the service."""
    send(kept)
    files = [path for path in kept.folder.rglob("*") if path.is_file()]
    assert files
    for path in files:
        found = path.read_bytes()
        assert CANARY[:19] not in found
        assert b"at.example" not in found


def test_the_words_with_a_picture_are_answered(kept):
    """A caption has its turn; the picture is kept, and still for a person to look at."""
    send(kept, text="me at the allotment")
    assert kept.bot.texts() == [["me at the allotment"]]
    assert [alert.level for alert in kept.rows(Alert)] == ["unread"]
    assert bodies(kept) == [("kept", "image/jpeg", JPEG)]


@pytest.mark.parametrize(
    ("keeps", "kind"), [({"photo"}, "voice"), ({"photo", "voice"}, "video"), (set(), "photo")]
)
def test_what_is_not_wanted_is_not_fetched(kept, keeps, kind):
    """It waits whole for a person, as ever."""
    kept.app = replace(kept.app, keeps=frozenset(keeps))
    send(kept, kind=kind)
    assert kept.channel.asked == ()
    assert kept.rows(Attachment) == []
    assert len(kept.rows(Aside)) == 1
    assert kept.keys(kept.sam) == ["unread_passed"]


@pytest.mark.parametrize("enrolment", ["invited", None])
def test_of_nobody_who_agreed_nothing_is_fetched(kept, enrolment):
    """Nothing of who has not said yes, or whom nobody knows, is fetched."""
    if enrolment is not None:
        kept.add("Kit", phone="1002", enrolment=enrolment)
    send(kept, sender="1002")
    assert kept.channel.asked == ()
    assert len(kept.rows(Aside)) == 1


def test_what_an_old_phone_sends_waits_for_a_person(kept):
    """A phone that its client has left is a stranger's: its picture is put aside, not dropped."""
    with kept.app.db.write() as session:
        clients.find_address(session, channel="telegram", value="1001").state = "moved"
    send(kept)
    assert kept.channel.asked == ()
    assert len(kept.rows(Aside)) == 1


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (JPEG, "voice", "not_kept"),
        (OGG, "photo", "not_kept"),
        (OGG, "voice", "kept"),
        (b"<svg onload=alert(1)>", "photo", "not_kept"),
        (b"%PDF-1.7", "photo", "not_kept"),
        (b"", "photo", "not_kept"),
        (b"MZ\x90\x00", "voice", "not_kept"),
    ],
)
def test_only_what_the_bytes_prove(kept, body, kind, expected):
    """A program, a page or another kind of file is not kept, whatever it is called."""
    kept.channel.body = body
    send(kept, kind=kind)
    assert [row.state for row in kept.rows(Attachment)] == [expected]


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", ""),
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xfb\x90", "audio/mpeg"),
        (b"\x00\x00\x00\x20ftypM4A ", "audio/mp4"),
        (b"\xff", ""),
    ],
)
def test_each_kind_is_known_by_its_start(start, kind):
    """The seven kinds that are kept, and what only looks like one."""
    assert content_type(start) == kind


@pytest.mark.parametrize("failure", [NotSent(), Unknown(), OurFault()])
def test_tried_again_and_then_left(kept, failure):
    """A provider that is away is asked again at set times; in the end the page says so."""
    kept.channel.body = failure
    send(kept)
    for seconds in RETRIES:
        kept.wait(seconds=seconds)
    assert len(kept.channel.asked) == len(RETRIES) + 1
    assert [(row.state, row.reason) for row in kept.rows(Attachment)] == [("not_kept", "failed")]
    kept.wait(days=1)
    assert len(kept.channel.asked) == len(RETRIES) + 1


def test_back_in_time(kept):
    """One that can be fetched later is kept; the provider's own wait is heeded."""
    kept.channel.body = NotSent(retry_after=300)
    send(kept)
    kept.channel.body = JPEG
    kept.wait(seconds=299)
    assert len(kept.channel.asked) == 1
    kept.wait(seconds=1)
    assert bodies(kept) == [("kept", "image/jpeg", JPEG)]


def test_too_large_or_elsewhere_is_not_kept(kept):
    """What its channel refuses is not asked for again."""
    kept.channel.body = Refused()
    send(kept)
    kept.wait(days=1)
    assert [(row.state, row.reason) for row in kept.rows(Attachment)] == [("not_kept", "refused")]
    assert len(kept.channel.asked) == 1


def test_a_worker_that_died_fetching(kept):
    """Another takes it up after a while; nobody waits for ever."""
    take_in_event(
        kept.app,
        Inbound(
            "telegram", "p1", "1001", "", kind="attachment", attachments=(Came("photo", "r"),)
        ),
    )
    with kept.app.db.write() as session:
        assert attachments.take(session, now=kept.app.clock(), again=timedelta(minutes=3))
    kept.go()
    assert kept.channel.asked == ()
    kept.wait(minutes=3)
    assert bodies(kept) == [("kept", "image/jpeg", JPEG)]


def test_a_picture_message_through_twilio(world):
    """The same way by text: fetched with the account's token from Twilio alone, sealed, listed."""
    world.sam = world.add(channel="sms", phone="+447700900101")
    path = f"/2010-04-01/Accounts/{SID}/Messages/MM1/Media/ME1"
    with shaky() as carrier:
        carrier.says[path] = answer("200 OK", JPEG, Content_Type="image/jpeg")
        channels = {**world.app.channels, "sms": Both(made(api=carrier.url), world)}
        world.app = replace(world.app, keeps=frozenset({"photo"}), channels=channels)
        came = (Came("photo", reference=carrier.url + path),)
        event = Inbound("sms", "MM1", "+447700900101", "", kind="attachment", attachments=came)
        take_in_event(world.app, event)
        world.go()
    assert bodies(world) == [("kept", "image/jpeg", JPEG)]


class Both:
    """Fetches from Twilio, and sends to the simulated phone."""

    def __init__(self, twilio, world):
        phone = world.app.channels["sms"]
        self.name, self.pace, self.parts, self.send = "sms", phone.pace, phone.parts, phone.send
        self.fetch = twilio.fetch
