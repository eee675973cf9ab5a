"""With the database away nothing is lost or doubled, and danger is answered at once."""

import json
import shutil
from dataclasses import replace

import pytest

from channels.base import Attachment, ContactChange, Inbound
from channels.errors import NotSent, Refused
from onestep.services import incidents, take_in
from onestep.services.deliver_emergency import NOTICE
from onestep.services.provider_events import take_in_event
from onestep.services.record_page import record_page
from onestep.services.take_in import empty_spool
from onestep.storage.errors import SpoolClosed
from onestep.storage.invites import agree_safe_contact
from onestep.storage.models import Alert, Aside, Ask, Inbox, Incident, Message, Outbox
from onestep.storage.spool import Spool
from tests.services.away import HOW, LONG, away

pytestmark = pytest.mark.slow

DANGER = "I am going to kill myself tonight"
ON_CALL = "07700900100"
DISCREET = "Got your message."


def said_to(world, phone="1001", channel="telegram"):
    """The texts on a phone."""
    return [shown.text for shown in world.phone(phone, channel)]


def told(world):
    """What who is on call was sent."""
    return said_to(world, ON_CALL, "sms")


def files(world):
    """The messages that wait."""
    return sorted((world.folder / "spool").glob("*.sealed"))


def look(world):
    """The worker looks after the spool, once."""
    return world.run(empty_spool(world.app))


@pytest.fixture
def service(new_world):
    """A service with a contact for emergencies, and two clients."""
    world = new_world(emergency_contact=f"sms:{ON_CALL}")
    world.sam = world.add()
    world.dee = world.add("Dee", phone="1002")
    world.reach("Ana", "07700900200")
    return world


@pytest.mark.parametrize("how", HOW)
def test_nothing_is_lost_and_nothing_doubled(service, how):
    """Each is accepted, danger is answered once at once, and all is taken in, in order."""
    words = [f"message {number}{LONG}" for number in range(3)]
    with away(service, how):
        for number, text in enumerate(words):
            assert service.write(text, id=f"s{number}", go=False).new
        service.write(f"{DANGER}{LONG}", id="danger", go=False)
        service.write("x" + LONG, phone="1002", id="d", go=False)
        for _ in range(3):
            look(service)
        assert len(files(service)) == 5
        (reply,) = said_to(service)
        assert (DISCREET in reply) is (how == "not there")
        assert len(told(service)) == 1
    service.go()
    assert files(service) == []
    assert service.kept(service.sam) == [*words, f"{DANGER}{LONG}"]
    assert service.kept(service.dee) == ["x" + LONG]
    assert said_to(service).count(reply) == 1
    assert len(told(service)) == 1
    assert [alert.level for alert in service.rows(Alert)] == ["now"]
    assert record_page(service.app, service.sam).hand_off == "open"
    for number in range(3):
        assert not service.write(words[number], id=f"s{number}").new
    assert said_to(service).count(reply) == 1
    service.check_everything_is_covered()


def test_what_was_sent_stands_in_the_thread(service):
    """Taken in, the fixed reply is kept as it went, at its own hour, as sent."""
    with away(service, "locked"):
        service.write(DANGER, go=False)
        look(service)
    (reply,) = said_to(service)
    sent = service.app.clock()
    service.wait(hours=3)
    (row,) = service.rows(Outbox, lane="alert", client_id=service.sam)
    assert (row.state, row.reason, row.sent_at) == ("sent", "database_away", sent)
    page = record_page(service.app, service.sam)
    assert [line.text for line in page.thread] == [DANGER, reply]
    assert {line.at for line in page.thread} == {sent}
    assert page.concerns[0].at == sent


def test_taken_in_before_anything_went_out(service):
    """When no worker looked meanwhile, the reply goes out once all the same."""
    with away(service, "locked"):
        service.write(DANGER, go=False)
    service.go()
    assert len(said_to(service)) == 1


def test_who_waits_goes_first(service):
    """A message that comes while others wait is put behind them, also with the database back."""
    with away(service, "locked"):
        service.write("one", go=False)
    service.write("two", go=False)
    assert len(files(service)) == 2
    service.go()
    assert service.kept(service.sam) == ["one", "two"]
    service.write("three", go=False)
    assert files(service) == []


def test_brought_again_while_it_waits(service):
    """A provider that brings the same danger again gets no second answer out of us."""
    service.write("been ok", id="in")
    with away(service, "locked"):
        for _ in range(3):
            service.write(DANGER, id="same", go=False)
            look(service)
        assert not service.write("been ok", id="in", go=False).new
        assert len(files(service)) == 1
    service.go()
    assert len(service.rows(Alert)) == 1
    assert len(told(service)) == 1
    assert service.kept(service.sam) == ["been ok", DANGER]


def test_every_danger_is_told_of(service):
    """Two messages of danger: each is answered and told of."""
    with away(service, "locked"):
        service.write(DANGER, go=False)
        service.write(DANGER, phone="1002", go=False)
        look(service)
        assert len(told(service)) == 2


def test_the_notice_says_who_to_ring_and_nothing_they_wrote(service):
    """Words stay off a phone that may lie on a table; the address is what a person needs."""
    with away(service, "not there"):
        service.write(f"{DANGER} zqx7canary", phone="1002", go=False)
        look(service)
    (text,) = told(service)
    assert "1002" in text
    assert "10:30" in text
    assert "zqx7canary" not in text
    assert "kill" not in text
    assert text.startswith(NOTICE.partition("{")[0])


def test_what_waits_is_sealed(service):
    """The files say nothing, are ours alone, and are gone when taken in."""
    with away(service, "locked"):
        service.write(f"{DANGER} zqx7canary", go=False)
        look(service)
    folder = service.folder / "spool"
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0
        assert b"canary" not in path.read_bytes()
        assert b"1001" not in path.read_bytes()
    service.go()
    assert [path.name for path in folder.iterdir()] == [".lock"]


@pytest.mark.parametrize("text", ["half \ud83d of one", "nul \x00 in it", "", "🙂\u2028\r\n"])
def test_kept_exactly(service, text):
    """What waited is byte for byte what was written."""
    with away(service, "locked"):
        service.write(text, go=False)
    service.go()
    assert service.kept(service.sam) == [text]


def test_a_button_pressed_meanwhile(service):
    """Whatever a channel can read waits whole: a button keeps its prompt and its key."""
    with away(service, "locked"):
        service.write("", kind="choice", prompt="p1", key="k1", go=False)
    look(service)
    (row,) = service.rows(Inbox)
    assert (row.kind, row.body["prompt"], row.body["key"]) == ("choice", "p1", "k1")


def test_danger_from_a_stranger_meanwhile(service):
    """It has the discreet reply at once, and is one incident when taken in."""
    with away(service, "locked"):
        service.write(DANGER, phone="999", go=False)
        look(service)
        assert DISCREET in said_to(service, "999")[0]
    service.go()
    assert len(said_to(service, "999")) == 1
    assert [each.level for each in service.rows(Incident)] == ["now"]


def test_danger_from_someone_invited_meanwhile(service):
    """It is held apart when taken in, and not answered twice."""
    kit = service.add("Kit", phone="1003", enrolment="invited")
    with away(service, "not there"):
        service.write(DANGER, phone="1003", go=False)
        look(service)
    service.go()
    assert len(said_to(service, "1003")) == 1
    assert service.kept(kit) == []
    assert [each.level for each in service.rows(Incident)] == ["now"]


def test_read_again_with_what_came_before(service):
    """What only two messages together say is seen when they are taken in."""
    service.write("i keep thinking about killing")
    with away(service, "not there"):
        service.write("myself", go=False)
        service.write(DANGER, phone="1002", go=False)
    service.go()
    levels = [message.screen_level for message in service.rows(Message, direction="in")]
    assert levels[0] != "now"
    assert levels[1:] == ["now", "now"]


def test_what_was_seen_is_not_unseen(service):
    """Danger read at the door stays danger, also where the client's language has no rules."""
    service.add("Kit", phone="1003", language="xx")
    with away(service, "not there"):
        service.write(DANGER, phone="1003", go=False)
    service.go()
    assert [message.screen_level for message in service.rows(Message, direction="in")] == ["now"]


class Flaky:
    """A channel that fails as it is told, and counts."""

    name = "telegram"

    def __init__(self, channel, error) -> None:
        self.channel, self.pace, self.error, self.tried = channel, channel.pace, error, 0

    async def send(self, message):
        """Fails, or hands it over."""
        self.tried += 1
        if self.error is not None:
            raise self.error
        return await self.channel.send(message)


def test_a_provider_that_fails_is_asked_again(service):
    """The reply is tried as alerts are, each try later; the notice does not wait for it."""
    channel = Flaky(service.app.channels["telegram"], NotSent())
    service.app.channels["telegram"] = channel
    with away(service, "locked"):
        service.write(DANGER, go=False)
        look(service)
        look(service)
        assert channel.tried == 1
        assert len(told(service)) == 1
        assert "not been answered" in told(service)[0]
        channel.error = None
        service.wait(seconds=2, go=False)
        look(service)
    assert len(said_to(service)) == 1
    service.go()
    assert len(said_to(service)) == 1


def test_a_reply_that_is_refused_goes_the_usual_way_later(service):
    """Given up at the time, it is queued when the database is back; who is on call knows."""
    channel = Flaky(service.app.channels["telegram"], Refused())
    service.app.channels["telegram"] = channel
    with away(service, "locked"):
        service.write(DANGER, go=False)
        look(service)
        look(service)
        assert channel.tried == 1
        assert len(told(service)) == 1
    channel.error = None
    service.go()
    assert len(said_to(service)) == 1


def test_nobody_to_tell(new_world):
    """With no contact set, the client is answered all the same."""
    world = new_world()
    world.add()
    with away(world, "locked"):
        world.write(DANGER, go=False)
        look(world)
        look(world)
        assert len(said_to(world)) == 1


def test_a_spool_that_fills_up_repeats_nothing(service, monkeypatch):
    """What was sent and could not be noted on the disk is not sent each second."""
    with away(service, "locked"):
        service.write(DANGER, go=False)

        def full(*_given, **_more):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(service.app.spool, "_write", full)
        for _ in range(3):
            look(service)
        assert len(said_to(service)) == len(told(service)) == 1


def test_what_cannot_even_wait_is_refused(service):
    """With neither database nor spool the provider must bring it again, so this raises."""
    shutil.rmtree(service.folder / "spool")
    (service.folder / "spool").write_text("in the way")
    with away(service, "locked"), pytest.raises(OSError, match="spool"):
        service.write("been ok", go=False)
    (service.folder / "spool").unlink()
    service.write("been ok", id="again")
    assert service.kept(service.sam) == ["been ok"]


def test_no_folder_to_wait_in(made, tmp_path):
    """The start is refused, with what to do."""
    (tmp_path / "file").write_text("")
    with pytest.raises(SpoolClosed, match="ONESTEP_SPOOL"):
        Spool(tmp_path / "file" / "spool", made.keys)


def test_a_spoiled_file_stops_nobody(service):
    """What does not open is kept for a person, and the next is taken in."""
    with away(service, "locked"):
        service.write("one", go=False)
        (spoiled,) = files(service)
        spoiled.write_bytes(b"k1:nonsense")
        service.write("two", phone="1002", go=False)
    service.go()
    assert service.kept(service.dee) == ["two"]
    assert incidents.kept_apart(service.app).spoiled == 1
    assert files(service) == []


def test_moved_to_another_name_it_does_not_open(service):
    """A file put in the place of another is as good as spoiled."""
    with away(service, "locked"):
        service.write("one", go=False)
    (path,) = files(service)
    path.rename(path.with_name("0" * 64 + ".sealed"))
    look(service)
    assert service.kept(service.sam) == []
    assert incidents.kept_apart(service.app).spoiled == 1


def test_one_that_cannot_be_taken_in_holds_up_its_sender_alone(service, monkeypatch):
    """Others go on; the sender's later messages keep their order behind it."""
    with away(service, "locked"):
        service.write("one", id="bad", go=False)
        service.write("two", go=False)
        service.write("three", phone="1002", go=False)
    whole = take_in.keep

    def keep(app, inbound, *given, **more):
        if inbound.provider_id == "bad":
            raise ValueError
        return whole(app, inbound, *given, **more)

    monkeypatch.setattr(take_in, "keep", keep)
    look(service)
    assert (service.kept(service.sam), service.kept(service.dee)) == ([], ["three"])
    monkeypatch.setattr(take_in, "keep", whole)
    look(service)
    assert service.kept(service.sam) == ["one", "two"]


def test_what_is_not_as_it_should_be_holds_up_its_sender_alone(service):
    """A block whose hour no program can read: others are taken in, and it is kept."""
    spoilt = {"channel": "telegram", "provider_id": "b", "sender": "1001", "change": "blocked"}
    body = {"change": {**spoilt, "sent_at": "on tuesday"}, "at": "2026-03-04T10:30:00+00:00"}
    with away(service, "locked"):
        parked = {**body, "verdict": None, "reply": None}
        service.app.spool.park(parked, channel="telegram", provider_id="b")
        service.write("behind it", go=False)
        service.write("three", phone="1002", go=False)
    look(service)
    assert (service.kept(service.sam), service.kept(service.dee)) == ([], ["three"])
    assert len(files(service)) == 2


def test_two_processes_empty_it_once(service):
    """While one process looks after the spool, another leaves it be."""
    with away(service, "locked"):
        service.write(DANGER, go=False)
    other = replace(service.app, spool=Spool(service.folder / "spool", service.app.db.keyring))
    with other.spool.alone() as ours:
        assert ours
        assert not look(service)
        assert said_to(service) == []
    assert look(service)


def test_half_written_is_not_there(service):
    """What was being written when the machine died is no message: its provider brings it again."""
    folder = service.folder / "spool"
    (folder / "01ABC.part").write_bytes(json.dumps({"half": 1}).encode())
    assert not service.app.spool.holds_any()
    service.write("been ok")
    assert service.kept(service.sam) == ["been ok"]


def test_danger_under_a_picture(service):
    """Its words are answered at once, like any; the picture is kept for a person later."""
    photo = Attachment("photo", reference="file-1")
    inbound = Inbound("telegram", "p", "1001", DANGER, kind="attachment", attachments=(photo,))
    with away(service, "locked"):
        take_in_event(service.app, inbound)
        take_in_event(service.app, inbound)
        look(service)
        assert len(said_to(service)) == 1
    service.go()
    assert [alert.level for alert in service.rows(Alert)] == ["now"]
    assert len(service.rows(Aside)) == 1


@pytest.mark.parametrize("what", ["the phone is shared", "the word was said"])
def test_nothing_shows_on_an_unsafe_phone_meanwhile(service, what):
    """What is known of the phone counts for the reply that goes out at once, too."""
    service.change(service.sam, held="exit" if what == "the word was said" else None)
    with service.app.db.write() as session:
        alone = what != "the phone is shared"
        now = service.app.clock()
        agree_safe_contact(session, client_id=service.sam, theirs_alone=alone, now=now)
    with away(service, "locked"):
        service.write(DANGER, go=False)
        look(service)
        (reply,) = said_to(service)
    assert DISCREET in reply


def block(id="b", channel="telegram", sender="1001", change="blocked"):
    """A client closes this address to us."""
    return ContactChange(channel, id, sender, change)


@pytest.mark.parametrize("how", HOW)
def test_a_block_meanwhile_stops(service, how):
    """A block that comes while the database is away is taken in as one, once, at its hour."""
    with away(service, how):
        service.write("been ok" + LONG, go=False)
        for _ in range(2):
            take_in_event(service.app, block())
        blocked_at = service.app.clock()
        assert len(files(service)) == 2
    service.wait(hours=3)
    assert files(service) == []
    client = service.client(service.sam)
    assert (client.contact, client.contact_since) == ("stopped", blocked_at)
    assert said_to(service) == []
    take_in_event(service.app, block())
    assert [row.kind for row in service.rows(Message, direction="in")] == ["text", "blocked"]


def test_blocked_and_back_meanwhile(service):
    """What a client did stands in the order in which they did it, words and blocks alike."""
    with away(service, "locked"):
        take_in_event(service.app, block())
        service.write("START", go=False)
        service.write("STOP", phone="1002", go=False)
        service.write("START", phone="1002", go=False)
        take_in_event(service.app, block("d", sender="1002"))
    service.go()
    assert service.client(service.sam).contact == "active"
    assert service.client(service.dee).contact == "stopped"


def test_a_block_behind_what_waits(service):
    """With the database back, a block still does not pass what was written before it."""
    service.change(service.sam, contact="stopped")
    with away(service, "locked"):
        service.write("START", go=False)
    take_in_event(service.app, block())
    assert len(files(service)) == 2


@pytest.mark.parametrize("how", HOW)
def test_a_call_meanwhile(service, how):
    """A call while the database is away is a wish to be rung all the same; a stranger's waits."""
    with away(service, how):
        service.write("been ok" + LONG, go=False)
        for sender in ("1001", "1001", "999"):
            take_in_event(service.app, Inbound("telegram", f"call{sender}", sender, kind="call"))
        look(service)
        assert len(files(service)) == 3
        assert told(service) == []
    service.go()
    assert files(service) == []
    assert [row.about for row in service.rows(Ask)] == ["ring_me"]
    assert [row.kind for row in service.rows(Inbox)] == ["text", "call"]
    assert len(service.rows(Aside)) == 1
    service.check_everything_is_covered()


def test_a_block_that_cannot_even_wait(service):
    """With neither database nor spool it is asked for again, like a message."""
    shutil.rmtree(service.folder / "spool")
    (service.folder / "spool").write_text("in the way")
    with away(service, "locked"), pytest.raises(OSError, match="spool"):
        take_in_event(service.app, block())
