"""Nobody sees a client unless something says that they may."""

from datetime import timedelta

import pytest

from onestep.services import access
from onestep.services.errors import ReasonMissing
from onestep.storage import clients
from onestep.storage.base import new_id
from onestep.storage.models import (
    Alert,
    BreakGlass,
    Coach,
    Cover,
    HandOff,
    HandOffCoach,
    Message,
    OnCall,
    Ring,
)


@pytest.fixture
def sam(world):
    """A client of Ana's who wrote once."""
    sam = world.add()
    world.write("been better", go=False)
    return sam


@pytest.fixture
def ben(world, sam):
    """A coach who has nothing to do with Sam."""
    return coach(world, "Ben")


def coach(world, name, role="coach"):
    """One more coach."""
    with world.app.db.write() as session:
        return clients.add_coach(session, name=name, now=world.app.clock(), role=role).id


def put(world, *rows):
    """Keeps rows as they are."""
    with world.app.db.write() as session:
        for row in rows:
            session.add(row)
            session.flush()


def sees(world, who, client_id):
    """Whether this coach may see this client now."""
    with world.app.db.read() as session:
        return access.may_see(session, who, client_id, world.app.clock())


def alert(world, client_id, state="open", **more):
    """An alert about this client's first message."""
    message = world.rows(Message, direction="in")[0]
    row = Alert(
        id=new_id(),
        client_id=client_id,
        message_id=message.id,
        level="now",
        by="rule",
        spans=[],
        state=state,
        at=world.app.clock(),
        **more,
    )
    put(world, row)
    return row


def test_their_own_coach_and_a_lead_see_them(world, sam, ben):
    """And no other coach, nor anybody who does not exist; a client there is not is nobody's."""
    ana, lead = world.client(sam).coach_id, coach(world, "Lee", "lead")
    assert [sees(world, who, sam) for who in (ana, lead, ben, "x")] == [True, True, False, False]
    assert not sees(world, lead, "nobody")


def test_who_left_sees_nobody(world, sam):
    """Also not their own."""
    ana = world.client(sam).coach_id
    with world.app.db.write() as session:
        session.get_one(Coach, ana).active = False
    assert not sees(world, ana, sam)


def test_cover_sees_the_clients_of_whom_they_cover(world, sam, ben):
    """Of that coach, and of nobody else."""
    put(world, Cover(id=new_id(), coach_id=world.client(sam).coach_id, deputy_id=ben, position=1))
    assert sees(world, ben, sam)
    assert not sees(world, coach(world, "Cy"), sam)


def test_on_call_sees_whoever_something_rings_for(world, sam, ben):
    """While they are on call, and while it is not closed."""
    now = world.app.clock()
    put(
        world,
        OnCall(id=new_id(), coach_id=ben, begins_at=now, ends_at=now + timedelta(hours=8)),
    )
    assert not sees(world, ben, sam)
    alert(world, sam)
    assert sees(world, ben, sam)
    world.wait(hours=8, go=False)
    assert not sees(world, ben, sam)


def test_who_was_rung_sees_them_until_it_is_closed(world, sam, ben):
    """A person who was told of danger can look."""
    for state, seen in (("closed", False), ("acknowledged", True)):
        row = alert(world, sam, state)
        ring = Ring(
            id=new_id(), alert_id=row.id, coach_id=ben, step=1, because="climbed", at=row.at
        )
        put(world, ring)
        assert sees(world, ben, sam) is seen


def test_who_is_in_the_hand_off_sees_them(world, sam, ben):
    """Until it is closed."""
    now, id = world.app.clock(), new_id()
    row = HandOff(
        id=id, client_id=sam, state="open", because="asked", to="coach", requested_at=now
    )
    put(world, row, HandOffCoach(hand_off_id=id, coach_id=ben, joined_at=now))
    assert sees(world, ben, sam)
    with world.app.db.write() as session:
        session.get_one(HandOff, id).state = "closed"
    assert not sees(world, ben, sam)


def test_who_breaks_the_glass_sees_them_for_an_hour(world, sam, ben):
    """With a reason, which is kept sealed; the log says who opened whom."""
    with pytest.raises(ReasonMissing):
        access.break_glass(world.app, sam, " x  ", by=ben)
    assert not sees(world, ben, sam)
    lead = coach(world, "Lee", "lead")
    with world.app.db.write() as session:
        clients.add_address(
            session, client_id=None, channel="sms", value="447", now=world.app.clock()
        ).coach_id = lead
    access.break_glass(world.app, sam, "Ana is ill and Sam has rung the office", by=ben)
    world.go()
    (told,) = world.phone("447", "sms")
    assert told.text == "Onestep: Ben has opened a client who is not theirs, for an hour."
    assert sees(world, ben, sam)
    assert b"Ana" not in world.rows(BreakGlass)[0].why
    world.wait(hours=1, go=False)
    assert not sees(world, ben, sam)


def test_whom_an_alert_names_does_not_see_it(world, sam, ben):
    """Not as their coach and not as a lead; a lead who is not named does, a colleague does not."""
    ana, lead, other = world.client(sam).coach_id, coach(world, "Lee", "lead"), coach(world, "L")
    put(world, Cover(id=new_id(), coach_id=ana, deputy_id=ben, position=1))
    for named, sees_it in ((ana, [lead]), (lead, []), (None, [ana, lead, ben])):
        row = alert(world, sam, about_coach_id=named)
        with world.app.db.read() as session:
            found = [
                who
                for who in (ana, lead, ben, other)
                if access.may_see_alert(session, who, row, world.app.clock())
            ]
        assert found == sees_it
