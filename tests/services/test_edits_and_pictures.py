"""An edit is a version and no turn; a picture is for a person, with one sentence for a burst."""

import pytest
from sqlalchemy import select

from channels.base import Attachment, Inbound
from onestep.services import hand_off
from onestep.services.provider_events import take_in_event
from onestep.services.record_page import record_page
from onestep.storage import sealed
from onestep.storage.models import Alert, AlertMessage, Aside, Entry, Message, Relay, Turn
from tests.services.world import by_rule

pytestmark = pytest.mark.slow

DANGER = "i am going to kill myself tonight"


@pytest.fixture
def sam(world):
    """Sam, who has written something that was answered."""
    id = world.add()
    world.write("been better", id="m1")
    return id


def edit(world, text, id="u2", edits="m1"):
    """The phone changes what it wrote."""
    event = Inbound("telegram", id, "1001", text, kind="edit", edits=edits)
    take_in_event(world.app, event)
    world.go()


def picture(world, id, text=""):
    """The phone sends a picture."""
    photo = (Attachment("photo", reference=f"file-{id}"),)
    event = Inbound("telegram", id, "1001", text, kind="attachment", attachments=photo)
    take_in_event(world.app, event)
    world.go()


def test_an_edit_is_kept_beside_the_first_and_not_answered(world, sam):
    """Both wordings are kept, the bot is not asked again, nothing is said; twice is once."""
    for _ in range(2):
        edit(world, "been a bit better")
    assert world.kept(sam) == ["been better", "been a bit better"]
    first, second = world.rows(Message, direction="in", client_id=sam)
    assert second.said == [{"edits": first.id}]
    assert len(world.bot.heard) == 1
    assert len(world.phone()) == 1
    world.check_everything_is_covered()


def test_danger_in_an_edit_is_heard(world, sam):
    """It is screened like any message: the fixed reply, and an alert."""
    edit(world, DANGER)
    assert [alert.level for alert in world.rows(Alert)] == ["now"]
    assert len(world.phone()) == 2
    assert len(world.bot.heard) == 1


def correct(world, text, edits, **more):
    """The phone changes what it wrote a moment ago, before anything is answered."""
    event = Inbound("telegram", f"u{text}", "1001", text, kind="edit", edits=edits, **more)
    take_in_event(world.app, event)


def test_an_edit_of_what_waits_is_what_the_turn_reads(world, sam):
    """One turn with the last wording, in the place of the first; all of them are kept."""
    world.write("been gud", id="m2", go=False)
    world.write("slept well", id="m3", go=False)
    correct(world, "been good", "m2")
    correct(world, "been really good", "m2")
    world.go()
    assert world.bot.texts()[1:] == [["been really good", "slept well"]]
    assert len(world.phone()) == 2
    assert world.kept(sam)[1:] == ["been gud", "slept well", "been good", "been really good"]
    assert "been really good\nslept well" in entries(world)
    world.check_everything_is_covered()


def entries(world):
    """The words of all that is kept in the record."""
    with world.app.db.read() as session:
        return [sealed.entry_words(session, entry) for entry in session.scalars(select(Entry))]


@pytest.mark.parametrize(
    ("first", "later", "contact", "turns"),
    [("stop", "stopped smoking", "active", 2), ("stopped smoking", "/stop", "stopped", 1)],
)
def test_an_edit_may_change_what_waits_into_a_command_and_back(
    world, sam, first, later, contact, turns
):
    """It is read anew: STOP taken back in time stops nothing, and talk may become STOP."""
    world.write(first, id="m2", go=False)
    correct(world, later, "m2")
    world.go()
    assert world.client(sam).contact == contact
    assert len(world.bot.heard) == turns
    world.check_everything_is_covered()


def test_danger_in_an_edit_of_what_waits(world, sam):
    """The fixed reply at once, an alert, and no turn about either wording."""
    world.write("feeling low", id="m2", go=False)
    correct(world, DANGER, "m2")
    world.go()
    assert "now" in [alert.level for alert in world.rows(Alert)]
    assert len(world.bot.heard) == 1
    assert len(world.phone()) == 2
    world.check_everything_is_covered()


def test_an_edit_while_the_turn_is_made(world, sam):
    """The turn goes on with what it has read; the later wording is kept, and no turn follows."""
    world.write("been gud", id="m2", go=False)

    def meanwhile(turn):
        correct(world, "been good", "m2")
        return by_rule(turn)

    world.bot.rule = meanwhile
    world.go()
    assert world.bot.texts()[1:] == [["been gud"]]
    world.check_everything_is_covered()


def test_an_edit_of_what_never_came_is_a_message(world, sam):
    """Nothing is lost: it is answered like any other."""
    edit(world, "and another thing", edits="m0")
    assert len(world.bot.heard) == 2


def test_pictures_wait_for_a_person_with_one_sentence(world, sam):
    """Each is unread and kept whole; a burst of them is answered once."""
    for number in range(5):
        picture(world, f"p{number}")
    assert world.keys(sam)[1:] == ["unread_passed"]
    assert [each.level for each in world.rows(AlertMessage)] == ["unread"] * 5
    assert len(world.rows(Alert)) == 1
    assert len(world.rows(Aside)) == 5
    world.wait(minutes=11)
    picture(world, "p9")
    assert world.keys(sam)[1:] == ["unread_passed"] * 2
    assert len(world.rows(Turn)) == 7


def test_the_words_under_a_picture_are_a_message(world, sam):
    """They are answered; danger in them is heard; and a person looks at the picture."""
    picture(world, "p1", "me at the allotment")
    assert world.bot.texts()[-1] == ["me at the allotment"]
    assert [alert.level for alert in world.rows(Alert)] == ["unread"]
    picture(world, "p2", DANGER)
    assert [each.level for each in world.rows(AlertMessage)] == ["unread", "now"]
    assert [alert.level for alert in world.rows(Alert)] == ["now"]


@pytest.mark.parametrize("kind", ["location", "contact"])
def test_a_place_or_a_card_is_for_a_person(world, sam, kind):
    """Its lines are kept and screened, and no turn is made about them; one sentence is said."""
    for number, text in enumerate(["Bridge\n51.48, -3.18", DANGER]):
        event = Inbound(
            "telegram", f"p{number}", "1001", text, kind="attachment",
            attachments=(Attachment(kind),),
        )  # fmt: skip
        take_in_event(world.app, event)
        world.go()
    assert world.kept(sam)[1:] == ["Bridge\n51.48, -3.18", DANGER]
    assert world.keys(sam)[1:] == ["unread_passed", "concern_now"]
    assert [each.level for each in world.rows(AlertMessage)] == ["unread", "now"]
    assert [alert.level for alert in world.rows(Alert)] == ["now"]
    assert len(world.bot.heard) == 1
    assert world.rows(Aside) == []


@pytest.mark.parametrize(("words", "contact"), [("STOP", "stopped"), ("pause", "paused")])
def test_a_stop_written_over_an_old_message_is_a_stop(world, sam, words, contact):
    """What was answered stays answered; but silence is asked for, and kept."""
    edit(world, words)
    assert world.client(sam).contact == contact
    assert len(world.bot.heard) == 1
    world.check_everything_is_covered()


def test_danger_and_stop_in_one_edit(world, sam):
    """Both are done, as in a message."""
    edit(world, "STOP, i want to die")
    assert world.client(sam).contact == "stopped"
    assert [alert.level for alert in world.rows(Alert)] == ["now"]
    world.check_everything_is_covered()


def relayed(world):
    """What was carried to who has the talk, in order."""
    with world.app.db.read() as session:
        rows = session.scalars(select(Relay).where(Relay.direction == "to_coach"))
        messages = [session.get_one(Message, row.message_id) for row in rows]
        return [sealed.message_text(session, each) for each in messages]


def test_an_edit_in_a_hand_off_reaches_who_has_it(world, sam):
    """The coach sees what the client says now, and that it was changed; twice is once."""
    hand_off.open_by_coach(world.app, sam)
    world.write("meet at noon", id="m2")
    for _ in range(2):
        edit(world, "meet at one", edits="m2")
    edit(world, "been so much better", id="u3")  # of what was written before it
    assert relayed(world) == ["meet at noon", "meet at one", "been so much better"]
    shown = [line for line in record_page(world.app, sam).thread if line.who == "client"]
    assert [(line.text, line.edited, line.with_person) for line in shown][1:] == [
        ("meet at noon", False, True),
        ("meet at one", True, True),
        ("been so much better", True, True),
    ]
    assert len(world.phone()) == 1
    world.check_everything_is_covered()


def test_an_edit_of_what_is_still_to_be_carried_on(world, sam):
    """The later wording goes to the coach in the place of the first, once, and as an edit."""
    hand_off.open_by_coach(world.app, sam)
    world.write("meet at noon", id="m2", go=False)
    correct(world, "meet at one", "m2")
    world.go()
    assert relayed(world) == ["meet at one"]
    assert record_page(world.app, sam).thread[-1].edited


def test_danger_by_edit_in_a_hand_off(world, sam):
    """It rings, has the fixed reply and is carried on once."""
    hand_off.open_by_coach(world.app, sam)
    world.write("meet at noon", id="m2")
    edit(world, DANGER, edits="m2")
    assert relayed(world) == ["meet at noon", DANGER]
    assert [alert.level for alert in world.rows(Alert)] == ["now"]


def test_stop_by_edit_in_a_hand_off(world, sam):
    """It stops, as STOP does, and is no line for the coach."""
    hand_off.open_by_coach(world.app, sam)
    world.write("meet at noon", id="m2")
    edit(world, "stop", edits="m2")
    assert world.client(sam).contact == "stopped"
    assert relayed(world) == ["meet at noon"]


def test_no_hand_off_no_relay(world, sam):
    """Once it is handed back, an edit is kept and goes to nobody."""
    hand_off.open_by_coach(world.app, sam)
    world.write("meet at noon", id="m2")
    hand_off.close(world.app, sam)
    edit(world, "meet at one", edits="m2")
    assert relayed(world) == ["meet at noon"]
