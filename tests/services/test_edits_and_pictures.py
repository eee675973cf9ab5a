"""An edit is a version and no turn; a picture is for a person, with one sentence for a burst."""

import pytest

from channels.base import Attachment, Inbound
from onestep.services.provider_events import take_in_event
from onestep.storage.models import Alert, Aside, Message, Turn

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


def test_an_edit_of_what_never_came_is_a_message(world, sam):
    """Nothing is lost: it is answered like any other."""
    edit(world, "and another thing", edits="m0")
    assert len(world.bot.heard) == 2


def test_pictures_wait_for_a_person_with_one_sentence(world, sam):
    """Each is unread and kept whole; a burst of them is answered once."""
    for number in range(5):
        picture(world, f"p{number}")
    assert world.keys(sam)[1:] == ["unread_passed"]
    assert [alert.level for alert in world.rows(Alert)] == ["unread"] * 5
    assert len(world.rows(Aside)) == 5
    world.wait(minutes=11)
    picture(world, "p9")
    assert world.keys(sam)[1:] == ["unread_passed"] * 2
    assert len(world.rows(Turn)) == 7


def test_the_words_under_a_picture_are_a_message(world, sam):
    """They are answered; danger in them is heard."""
    picture(world, "p1", "me at the allotment")
    assert world.bot.texts()[-1] == ["me at the allotment"]
    picture(world, "p2", DANGER)
    assert [alert.level for alert in world.rows(Alert)] == ["now"]
