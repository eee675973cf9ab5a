"""A client with a new phone: the record follows, the old phone is cut off and learns nothing."""

import pytest

from channels.base import ContactChange, Inbound
from channels.errors import Gone
from onestep.services import incidents, invite
from onestep.services.converse import converse
from onestep.services.errors import TermsRefused, UnknownClient
from onestep.services.provider_events import take_in_event
from onestep.services.record_page import record_page
from onestep.storage.models import Address, Ask, Client, Message, SafeContact
from tests.services.network import put

pytestmark = pytest.mark.slow

OLD, NEW, TEXTS = "1001", "2002", "+441632960010"
SAFE = invite.SafelyReached(theirs_alone=True, safe_when="mornings", if_someone_else="say nothing")


@pytest.fixture
def sam(world):
    """Sam, who has told something on the old phone."""
    sam = world.add()
    world.write("went to the allotment twice")
    return sam


def again(world, client_id, **more):
    """A code to come back by."""
    wanted = invite.Again(client_id=client_id, safe=SAFE, **more)
    return invite.relink(world.app.db, wanted, now=world.app.clock()).code


def joins(world, code, phone=NEW, channel="telegram"):
    """Brings the code from this phone, and says that it is theirs."""
    world.write(f"{code[:4]} {code[4:]}", phone=phone, channel=channel)
    world.write("yes", phone=phone, channel=channel)


def told(world, phone, channel="telegram"):
    """The texts on a phone."""
    return [shown.text for shown in world.phone(phone, channel)]


def states(world):
    """Each address with its state, and whether it is the preferred one."""
    return [(row.channel, row.state, row.preferred) for row in world.rows(Address)]


def test_the_record_follows_and_the_old_phone_is_cut_off(world, sam):
    """Both are told; what is said next goes to the new one; nothing that was kept is lost."""
    before = told(world, OLD)
    joins(world, again(world, sam))
    assert states(world) == [("telegram", "moved", False), ("telegram", "live", True)]
    assert len(told(world, NEW)) == 2  # whether it is theirs, and that messages come here
    (end,) = told(world, OLD)[len(before) :]
    assert not any(word in end for word in ("Sam", "Ana", "new", "allotment"))
    assert world.keys(sam)[-1] == "address_new"
    world.write("slept in my own bed", phone=NEW)
    assert world.kept(sam)[0] == "went to the allotment twice"
    assert world.kept(sam)[-1] == "slept in my own bed"
    assert [row.about for row in world.rows(Ask)] == ["address"]
    assert len(record_page(world.app, sam).noticings) == 2
    world.check_everything_is_covered()


def test_the_old_phone_is_a_strangers_phone(world, sam):
    """What comes from it is in nobody's record and answered as anybody is; danger rings, apart."""
    joins(world, again(world, sam))
    before = told(world, OLD)
    world.wait(days=1, seconds=1)
    world.write("hello? what has he told you")
    assert world.kept(sam)[-1] == "yes"
    assert "someone gave you a code" in told(world, OLD)[-1]
    world.write("STOP")
    take_in_event(world.app, ContactChange("telegram", "b1", OLD, "blocked"))
    assert world.client(sam).contact == "active"
    world.write("I am going to kill myself tonight")
    (shown,) = incidents.kept_apart(world.app).incidents
    assert shown.perhaps == "Sam"
    assert len(told(world, OLD)) == len(before) + 2


def test_nothing_is_said_to_an_old_phone_in_the_wrong_hands(world, sam):
    """Quietly: not a word goes there, not even what was on its way."""
    before = told(world, OLD)
    world.write("been better", go=False)
    code = again(world, sam, quietly=True)
    world.write(code, phone=NEW, go=False)
    world.write("yes", phone=NEW)
    assert told(world, OLD) == before
    assert len(told(world, NEW)) > 1


def test_at_night_the_old_phone_is_told_in_the_morning(world, sam):
    """Quiet hours hold for that line as for any other that answers nothing."""
    world.wait(hours=13)
    before = told(world, OLD)
    joins(world, again(world, sam))
    assert len(told(world, NEW)) == 2
    assert told(world, OLD) == before
    world.wait(hours=10)
    assert len(told(world, OLD)) == len(before) + 1


def test_a_block_on_the_old_phone_afterwards_is_no_stop(world, sam):
    """A send that finds the old phone closed says nothing of the new one."""
    code = again(world, sam)
    channel = put(world, Gone())
    joins(world, code)
    channel.error = None
    assert ("telegram", "moved", False) in states(world)
    assert world.client(sam).contact != "stopped"


@pytest.mark.parametrize("contact", ["paused", "ended", "stopped", "active"])
def test_what_the_client_chose_stays(world, sam, contact):
    """A new phone is no RESUME and no START."""
    world.change(sam, contact=contact)
    before = told(world, OLD)
    joins(world, again(world, sam))
    assert world.client(sam).contact == contact
    if contact == "stopped":
        assert len(told(world, NEW)) == 1
        assert told(world, OLD) == before


def test_who_could_not_be_reached_is_back(world, sam):
    """The dead number is left, and the yes on the new one is their own act."""
    world.change(sam, contact="unreachable")
    with world.app.db.write() as session:
        session.get_one(Address, world.rows(Address)[0].id).state = "dead"
    joins(world, again(world, sam))
    assert world.client(sam).contact == "active"
    assert states(world) == [("telegram", "moved", False), ("telegram", "live", True)]


def test_held_since_somebody_else_wrote(world, sam):
    """Who gives the new code has spoken with the client: outreach goes on."""
    world.change(sam, held="sender")
    joins(world, again(world, sam))
    assert world.client(sam).held is None


def test_one_more_phone(world, sam):
    """Both are theirs: each is answered where it wrote, the first stays the one we begin on."""
    joins(world, again(world, sam, keep_the_old=True), TEXTS, "sms")
    assert states(world) == [("telegram", "live", True), ("sms", "live", False)]
    before = told(world, OLD)
    world.write("been better", phone=TEXTS, channel="sms")
    assert told(world, OLD) == before
    assert len(told(world, TEXTS, "sms")) == 3
    world.write("been worse")
    assert len(told(world, OLD)) == len(before) + 1


def test_stop_on_one_stops_all(world, sam):
    """And PAUSE pauses all."""
    joins(world, again(world, sam, keep_the_old=True), TEXTS, "sms")
    world.write("pause")
    assert world.client(sam).contact == "paused"
    world.write("STOP", phone=TEXTS, channel="sms")
    before = told(world, OLD)
    assert world.client(sam).contact == "stopped"
    world.write("hello?")
    assert told(world, OLD) == before


def test_a_dead_phone_is_not_silently_replaced(world, sam):
    """Nothing is begun on the other; written from there they are asked, and then it is the one."""
    joins(world, again(world, sam, keep_the_old=True), TEXTS, "sms")
    channel = put(world, Gone())
    world.write("been better")
    assert world.client(sam).contact == "unreachable"
    assert states(world) == [("telegram", "dead", True), ("sms", "live", False)]
    channel.error = None
    before = told(world, TEXTS, "sms")
    world.wait(days=30)
    assert told(world, TEXTS, "sms") == before
    world.write("hello", phone=TEXTS, channel="sms")
    assert world.keys(sam)[-1] == "came_back"
    world.write("1", phone=TEXTS, channel="sms")
    assert world.client(sam).contact == "active"
    assert states(world) == [("telegram", "dead", False), ("sms", "live", True)]


def test_the_other_phone_dies(world, sam):
    """The one they are written to lives: they are not out of reach."""
    joins(world, again(world, sam, keep_the_old=True), TEXTS, "sms")
    put(world, Gone(), name="sms")
    world.write("been better", phone=TEXTS, channel="sms")
    assert states(world) == [("telegram", "live", True), ("sms", "dead", False)]
    assert world.client(sam).contact == "active"


def test_a_new_code_ends_the_ones_before(world, sam):
    """A code that lay about is worth nothing once another was given."""
    first, second = again(world, sam), again(world, sam)
    joins(world, first)
    assert states(world)[0] == ("telegram", "live", True)
    joins(world, second)
    assert states(world)[0] == ("telegram", "moved", False)


def test_safe_contact_is_agreed_again(world, sam):
    """What was agreed for the new phone takes the place of what was agreed before."""
    world.wait(days=91)
    again(world, sam)
    [kept] = world.rows(SafeContact)
    assert kept.agreed_at == world.app.clock()


def test_who_cannot_be_given_a_code(world, sam):
    """Nobody, somebody erased; nor is a shared phone linked with wording that shows."""
    with pytest.raises(UnknownClient):
        again(world, "nobody")
    shared = invite.SafelyReached(theirs_alone=False, safe_when="-", if_someone_else="-")
    wanted = invite.Again(client_id=sam, safe=shared)
    with pytest.raises(TermsRefused):
        invite.relink(world.app.db, wanted, now=world.app.clock())
    world.change(sam, enrolment="erased")
    with pytest.raises(UnknownClient):
        again(world, sam)
    assert [each.called for each in invite.clients_called(world.app.db, "SAM")] == []
    assert len(world.rows(Client)) == 1


def test_a_call_from_the_old_phone_brings_it_back_to_nobody(world, sam):
    """Whoever rings from it is a stranger: it stays left, and the client is not told of it."""
    joins(world, again(world, sam))
    before = told(world, NEW)
    take_in_event(world.app, Inbound("telegram", "CA1", OLD, kind="call"))
    world.go()
    assert states(world)[0] == ("telegram", "moved", False)
    assert told(world, NEW) == before


def test_an_edit_on_the_old_phone_is_not_the_clients(world, sam):
    """What is changed there later stands in no record; danger in it rings, apart."""
    [first] = world.rows(Message, direction="in", client_id=sam)
    joins(world, again(world, sam))
    before = world.kept(sam)
    words = "I am going to kill myself tonight"
    edited = Inbound("telegram", "u9", OLD, words, kind="edit", edits=first.provider_id)
    take_in_event(world.app, edited)
    world.go()
    assert world.kept(sam) == before
    assert len(incidents.kept_apart(world.app).incidents) == 1


def test_a_stop_before_the_morning_holds_for_the_old_phone_too(world, sam):
    """What waits for the end of quiet hours is asked about again as it goes."""
    world.wait(hours=13)
    before = told(world, OLD)
    joins(world, again(world, sam))
    world.write("STOP", phone=NEW)
    world.wait(hours=10)
    assert told(world, OLD) == before
    world.write("I am going to kill myself tonight", phone=OLD)
    assert len(told(world, OLD)) == len(before) + 1  # danger is answered, whoever it is


def test_nothing_for_one_goes_to_a_phone_that_is_anothers_by_now(world, sam):
    """A number given out anew: what still lay ready for Sam is not for Dee to read."""
    dee = world.add("Dee", phone="3003")
    before = told(world, OLD)
    world.write("been better", go=False)
    world.run(converse(world.app))
    [address] = [row for row in world.rows(Address) if row.client_id == sam]
    with world.app.db.write() as session:
        session.get_one(Address, address.id).client_id = dee
    world.go()
    assert told(world, OLD) == before
