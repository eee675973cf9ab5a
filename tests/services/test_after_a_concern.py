"""What holds once a concern was answered, and for those who said no."""

from onestep.services import hand_off
from onestep.storage.models import CheckIn, Client, Entry, Turn


def held(world, sam):
    """Why outreach to Sam waits, and how many check-ins are planned."""
    with world.app.db.read() as session:
        planned = session.query(CheckIn).filter_by(client_id=sam, state="due").count()
        return session.get_one(Client, sam).held, planned


def test_a_person_sets_the_next_contact_after_a_concern(world):
    """Handing back after a concern plans nothing; letting check-ins go on does."""
    sam = world.add(rhythm="every_n_days")
    world.write("I want to kill myself")
    hand_off.close(world.app, sam)
    world.go()
    assert held(world, sam) == ("concern", 0)
    world.wait(hours=24 * 14)
    assert held(world, sam) == ("concern", 0)
    hand_off.let_check_ins_go_on(world.app, sam)
    assert held(world, sam) == (None, 1)


def test_after_asking_for_the_coach_check_ins_are_back(world):
    """A hand-off that was only asked for holds nothing once it is closed."""
    sam = world.add()
    world.write("COACH")
    hand_off.close(world.app, sam)
    world.go()
    assert held(world, sam)[0] is None


def test_who_said_no_is_asked_nothing(world):
    """Their words never reach the bot; one line says how to begin after all."""
    sam = world.add(enrolment="declined")
    world.write("been for a walk")
    world.write("did you get that")
    assert world.keys(sam) == ["declined_wrote"]
    with world.app.db.read() as session:
        assert session.query(Entry).count() == 0
        assert session.query(Turn).filter_by(by="bot").count() == 0
