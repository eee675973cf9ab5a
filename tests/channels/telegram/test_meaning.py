"""What clients send means what a person would expect, through the whole path (acceptance 2)."""

from datetime import timedelta

import pytest

from onestep.domain.lull import Lull
from onestep.services.record_page import record_page
from onestep.storage import attachments
from onestep.storage.models import Alert, AlertMessage, Aside, Attachment, Inbox, Message
from tests.channels.telegram.whole import KIT, SAM, SlowBot, running, settings_for
from tests.services.world import by_rule

pytestmark = pytest.mark.slow
JPEG, OGG = b"\xff\xd8\xff\xe0" + b"p" * 900, b"OggS\x00\x02" + b"v" * 900
DANGER = "i am going to kill myself tonight"


@pytest.fixture(params=["polling", "webhook"])
def whole(request, network, made, tmp_path):
    """A service that keeps pictures and sound, and Sam."""
    settings = settings_for(network, tmp_path, request.param, photos=True, voice=True)
    with running(network, settings, made, bot=SlowBot(by_rule)) as running_service:
        running_service.client()
        yield running_service


def handled(whole, count):
    """Waits until so many messages are in, and all of them covered."""
    whole.eventually(
        lambda: (
            len(whole.all_of(Message, direction="in")) == count
            and all(row.state == "done" for row in whole.all_of(Inbox))
        )
    )


def test_pictures_and_voice_notes(whole):
    """Acceptance 2: kept sealed, in pictures or sound, unread, one sentence a burst."""
    hand = whole.network.phone(SAM)
    hand.photo(JPEG)
    hand.voice(OGG)
    hand.photo(JPEG + b"!", caption="me at the allotment")
    whole.eventually(lambda: [row.state for row in whole.all_of(Attachment)] == ["kept"] * 3)
    handled(whole, 3)
    with whole.app.db.read() as session:
        rows = attachments.of_client(session, whole.ids[SAM])
        found = {attachments.body(session, row) for row in rows}
    assert found == {JPEG, OGG, JPEG + b"!"}
    page = record_page(whole.app, whole.ids[SAM])
    assert sorted(each.kind for each in page.pictures) == ["photo", "photo", "voice"]
    assert [each.level for each in whole.all_of(AlertMessage)] == ["unread"] * 3
    assert whole.bot.texts() == [["me at the allotment"]]
    whole.eventually(lambda: len(hand.texts) == 2)
    assert whole.keys().count("picture_kept") == 1
    assert whole.all_of(Aside) == []


def test_text_reply_forward_and_caption(whole):
    """Acceptance 2: each is talk, in the client's words, and has its turn."""
    hand = whole.network.phone(SAM)
    sent = [
        {"text": "been better"},
        {"text": "this one", "reply_to_message": {"message_id": 1, "text": "which?"}},
        {"text": "from a friend", "forward_origin": {"type": "hidden_user"}},
    ]
    for count, fields in enumerate(sent, 1):
        hand.send(**fields)
        whole.eventually(lambda n=count: len(hand.texts) == n)
    assert whole.bot.texts() == [["been better"], ["this one"], ["from a friend"]]


def test_a_place_and_a_card_are_for_a_person(whole):
    """Acceptance 2: their lines are kept, a person looks, one sentence is said for the burst."""
    hand = whole.network.phone(SAM)
    hand.send(location={"latitude": 51.48, "longitude": -3.18})
    hand.send(contact={"first_name": "Rhys", "phone_number": "01632 960000"})
    handled(whole, 2)
    assert whole.said_by() == ["51.48, -3.18", "Rhys\n01632 960000"]
    assert whole.bot.heard == []
    assert [each.level for each in whole.all_of(AlertMessage)] == ["unread"] * 2
    whole.eventually(lambda: len(hand.texts) == 1)


def test_groups_channels_and_business_chats_are_left_alone(whole):
    """Acceptance 2: no reply, nothing kept, neither in a record nor aside."""
    person = {"id": SAM, "is_bot": False, "first_name": "Sam"}
    group = {"id": -100, "type": "supergroup", "title": "g"}
    private = {"id": SAM, "type": "private"}
    said = {"message_id": 5, "date": 1772620200, "text": DANGER, "from": person}
    updates = [
        {"message": {**said, "chat": group}},
        {"edited_message": {**said, "chat": group}},
        {"channel_post": {**said, "chat": {**group, "type": "channel"}}},
        {"business_message": {**said, "chat": private, "business_connection_id": "b"}},
        {"message": {**said, "chat": private, "business_connection_id": "b"}},
        {
            "my_chat_member": {
                "chat": group,
                "from": person,
                "new_chat_member": {"status": "member"},
            }
        },
        {"message": {**said, "chat": group, "new_chat_members": [person]}},
    ]
    for number, update in enumerate(updates):
        whole.network.do("update", update={"update_id": 910_000_000 + number, **update})
    hand = whole.client(KIT, "Kit")
    hand.type("been better")
    whole.eventually(lambda: len(hand.texts) == 1)
    whole.eventually(lambda: whole.network.look()["waiting"] == [])
    assert [row.client_id for row in whole.all_of(Message, direction="in")] == [whole.ids[KIT]]
    assert whole.all_of(Aside) == whole.all_of(Alert) == []
    assert {sent["chat"] for sent in whole.network.ledger} == {KIT}


def test_an_edit_after_the_turn(whole):
    """Acceptance 2: the text kept is updated, screened again, and there is no second turn."""
    hand = whole.network.phone(SAM)
    first = hand.type("been better")
    whole.eventually(lambda: len(hand.texts) == 1)
    hand.edit(first["message_id"], "been a lot better")
    handled(whole, 2)
    hand.edit(first["message_id"], DANGER)
    handled(whole, 3)
    whole.eventually(lambda: len(hand.texts) == 2)
    assert whole.said_by() == ["been better", "been a lot better", DANGER]
    assert [alert.level for alert in whole.all_of(Alert)] == ["now"]
    assert len(whole.bot.heard) == 1


def test_an_edit_before_the_turn(network, made, tmp_path):
    """Acceptance 2: the turn reads what was written last; one turn, one reply."""
    settings = settings_for(network, tmp_path, "polling")
    patient = timedelta(seconds=4)
    with running(network, settings, made, lull=lambda _: Lull(patient, patient)) as whole:
        hand = whole.client()
        first = hand.type("been gud")
        hand.edit(first["message_id"], "been good")
        whole.eventually(lambda: len(whole.all_of(Message, direction="in")) == 2)
        assert whole.bot.heard == []
        whole.eventually(lambda: len(hand.texts) == 1)
        handled(whole, 2)
        assert whole.bot.texts() == [["been good"]]
        assert len(hand.texts) == 1


def test_blocked_and_back(whole):
    """Block is the client's own STOP, told by Telegram; only their /start goes on (terms page)."""
    hand = whole.network.phone(SAM)
    hand.type("been better")
    whole.eventually(lambda: len(hand.texts) == 1)
    hand.block()
    whole.eventually(lambda: whole.contact() == "stopped")
    hand.block(blocked=False)
    hand.type("hello?")
    handled(whole, 3)  # the block itself is a line of the thread
    assert whole.contact() == "stopped"
    assert len(hand.texts) == 1
    hand.type("/start")
    whole.eventually(lambda: len(hand.texts) == 2)
    assert whole.contact() == "active"
    assert whole.keys()[-1].startswith("resumed")


def test_a_block_found_when_sending(whole):
    """A block nobody told us of is STOP too: one try, and silence."""
    hand = whole.network.phone(SAM)
    whole.bot.free.clear()
    hand.type("been better")
    whole.eventually(lambda: whole.bot.asked)
    refused = "Forbidden: bot was blocked by the user"
    whole.network.do(
        "fault", method="sendMessage", kind="status", code=403, description=refused, times=9
    )
    whole.bot.free.set()
    whole.eventually(lambda: whole.contact() == "stopped")
    assert whole.network.look()["calls"]["sendMessage"] == 1
