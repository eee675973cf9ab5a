"""Today: what needs a person, each thing once, and only for whom it is."""

from datetime import timedelta

import pytest

from onestep.services import hand_off, today
from onestep.services.unread_long import unread_long
from onestep.storage import clients, record
from onestep.storage.base import new_id
from onestep.storage.models import Alert, AlertMessage, Message, Outbox, Reading
from onestep.storage.models import Session as Meeting


@pytest.fixture
def sam(world):
    """A client of Ana's who wrote once."""
    sam = world.add()
    world.write("been better")
    return sam


@pytest.fixture
def ana(world, sam):
    """Their coach."""
    return world.client(sam).coach_id


def read(world, who):
    """One coach's Today."""
    return today.today(world.app, seen_by=who)


def ask(world, client_id, *, message_ids=(), due=None, words="can you ring the council"):
    """Something a client asked for."""
    with world.app.db.write() as session:
        return record.add_ask(
            session,
            client_id=client_id,
            about="practical",
            words=words,
            message_ids=message_ids,
            at=world.app.clock(),
            zone="Europe/London",
            turn_id=None,
            due_at=due,
        ).id


def put(world, *rows):
    """Keeps rows as they are."""
    with world.app.db.write() as session:
        for row in rows:
            session.add(row)
            session.flush()


def test_nothing_is_nothing(world, ana):
    """A quiet day is an empty page."""
    assert read(world, ana) == today.Today((), (), (), (), ())


def test_who_asked_for_a_person_comes_before_who_has_one(world, sam, ana):
    """Both until they are handed back."""
    dee = world.add("Dee", phone="1002")
    hand_off.open_by_coach(world.app, sam, by=ana)
    with world.app.db.write() as session:
        hand_off.request(hand_off._scope(world.app, session, dee), because="asked", to="coach")
    shown = [(each.whom.called, each.waits) for each in read(world, ana).with_a_person]
    assert shown == [("Dee", True), ("Sam", False)]
    hand_off.close(world.app, sam, by=ana)
    assert [each.whom.called for each in read(world, ana).with_a_person] == ["Dee"]


def test_what_was_asked_for_stands_until_it_is_done(world, sam, ana):
    """What is due first comes first; done twice, the first stays named."""
    later = ask(world, sam)
    first = ask(world, sam, due=world.app.clock(), words="the letter came")
    assert [each.id for each in read(world, ana).wanted] == [first, later]
    assert read(world, ana).wanted[0].words == "the letter came"
    today.done(world.app, first, sam, by=ana)
    assert [each.id for each in read(world, ana).wanted] == [later]


def test_a_session_today_or_tomorrow_is_shown(world, sam, ana):
    """And none later."""
    day = world.app.clock().date()
    put(
        world,
        *(Meeting(id=new_id(), client_id=sam, on_date=day + timedelta(days=n)) for n in (2, 1, 0)),
    )
    assert [(each.on - day).days for each in read(world, ana).met] == [0, 1]


def test_what_may_not_have_arrived_is_shown_with_why(world, sam, ana):
    """Until a person has settled it."""
    with world.app.db.write() as session:
        session.query(Outbox).update({"state": "uncertain"})
    (astray,) = read(world, ana).astray
    assert (astray.whom.called, bool(astray.why)) == ("Sam", True)


def test_who_wrote_something_hard_and_nothing_since_is_shown(world, sam, ana):
    """After three days, and until they write again."""
    with world.app.db.write() as session:
        session.query(Message).filter_by(direction="in").update({"screen_level": "soft"})
    assert read(world, ana).silent == ()
    world.wait(hours=73, go=False)
    assert [each.whom.called for each in read(world, ana).silent] == ["Sam"]
    world.write("hiya", go=False)
    assert read(world, ana).silent == ()


def test_what_is_about_a_coach_is_not_on_their_page(world, sam, ana):
    """A wish in the words of a worry about them; a lead has it."""
    message = world.rows(Message, direction="in")[0]
    alert = Alert(
        id=new_id(),
        client_id=sam,
        message_id=message.id,
        level="soft",
        by="rule",
        spans=[],
        state="open",
        about_coach_id=ana,
        at=message.at,
    )
    seen = {"level": "soft", "by": "rule", "spans": [], "at": message.at}
    put(world, alert, AlertMessage(alert_id=alert.id, message_id=message.id, **seen))
    ask(world, sam, message_ids=(message.id,))
    with world.app.db.write() as session:
        lead = clients.add_coach(session, name="L", now=message.at, role="lead").id
    assert read(world, ana).wanted == ()
    assert len(read(world, lead).wanted) == 1


def test_nobody_elses_clients_are_on_a_page(world, sam):
    """Whoever has nothing to do with Sam reads nothing of Sam."""
    ask(world, sam)
    with world.app.db.write() as session:
        ben = clients.add_coach(session, name="Ben", now=world.app.clock()).id
    assert read(world, ben) == today.Today((), (), (), (), ())


def test_words_that_nobody_has_read_for_a_week_are_counted_for_leads(world, sam, ana):
    """By client, until somebody marks them as read."""
    assert unread_long(world.app) == ()
    world.wait(days=8, go=False)
    (found,) = unread_long(world.app)
    assert (found.called, found.coach, found.count) == ("Sam", "Ana", 1)
    message = world.rows(Message, direction="in")[0]
    put(world, Reading(message_id=message.id, coach_id=ana, at=world.app.clock()))
    assert unread_long(world.app) == ()
