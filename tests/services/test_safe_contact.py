"""How they are safely reached is a gate: asked as a message goes, not only noted."""

import pytest

from onestep.services import hand_off
from onestep.services.by_hand import make_check_in_due
from onestep.services.converse import converse
from onestep.storage.invites import agree_safe_contact
from onestep.storage.models import Ask, Outbox, SafeContact

# The world's clock stands on a Wednesday, half past ten.


def agrees(world, client_id, **terms):
    """What was agreed with this client now holds."""
    with world.app.db.write() as session:
        agree_safe_contact(
            session,
            client_id=client_id,
            now=world.app.clock(),
            **{"theirs_alone": True, **terms},
        )


def told(world):
    """The texts on the phone."""
    return [shown.text for shown in world.phone()]


def test_nothing_is_begun_before_it_was_agreed(world):
    """No safe contact, no check-in, whoever sets it going; what the client writes is answered."""
    sam = world.add(rhythm="every_n_days", every_days=1)
    with world.app.db.write() as session:
        session.delete(session.get_one(SafeContact, sam))
    make_check_in_due(world.app, sam)
    world.go()
    world.wait(days=3)
    assert told(world) == []
    world.write("been better")
    assert world.keys(sam) == ["ask_how"]


@pytest.mark.parametrize(
    "terms",
    [
        {"safe_from": "08:00", "safe_until": "10:00"},
        {"safe_days": [0, 1]},
        {"safe_from": "22:00", "safe_until": "02:00"},
    ],
)
def test_a_check_in_at_an_hour_that_is_not_safe(world, terms):
    """It is made ready while it is safe, and asked again as it goes: it does not go."""
    sam = world.add()
    make_check_in_due(world.app, sam)
    world.run(converse(world.app))
    agrees(world, sam, **terms)
    world.go()
    assert told(world) == []
    world.wait(days=9)
    assert told(world) == []  # by then it was too late for it
    assert [row.state for row in world.rows(Outbox)] == ["cancelled"]


def test_at_a_safe_hour_it_goes(world):
    """Safe hours that it lies in hold nothing up."""
    sam = world.add()
    agrees(world, sam, safe_days=[2], safe_from="10:00", safe_until="11:00")
    make_check_in_due(world.app, sam)
    world.go()
    assert world.keys(sam) == ["ask_better"]


def test_who_writes_holds_the_phone(world):
    """Their own fresh message is answered at any hour."""
    sam = world.add()
    agrees(world, sam, safe_from="18:00", safe_until="19:00")
    world.write("been better")
    assert world.keys(sam) == ["ask_how"]


def test_a_coachs_words_wait_for_a_safe_hour(world):
    """In a talk that has rested they wait; while the client is writing, they go."""
    sam = world.add()
    agrees(world, sam, safe_from="18:00", safe_until="19:00")
    world.write("COACH")
    hand_off.say_as_coach(world.app, sam, "hi, it's Ana")
    world.go()
    assert told(world)[-1] == "hi, it's Ana"
    before = len(told(world))
    world.wait(minutes=30)
    hand_off.say_as_coach(world.app, sam, "shall I ring?")
    world.go()
    assert len(told(world)) == before
    world.wait(hours=7, minutes=1)
    assert told(world)[-1] == "shall I ring?"


def test_it_is_agreed_again_every_90_days(world):
    """The coach has a line for it, once in 90 days; agreed anew, the days count from there."""
    sam = world.add(days=0)
    world.wait(days=89)
    assert world.rows(Ask, about="safe_contact") == []
    world.wait(days=1)
    world.wait(days=1)
    assert len(world.rows(Ask, about="safe_contact")) == 1
    agrees(world, sam)
    world.wait(days=89)
    assert len(world.rows(Ask, about="safe_contact")) == 1
    world.wait(days=1)
    assert len(world.rows(Ask, about="safe_contact")) == 2


def test_danger_is_answered_at_any_hour(world):
    """The fixed reply waits for nothing."""
    sam = world.add()
    agrees(world, sam, safe_days=[0])
    world.write("I am going to kill myself tonight")
    assert world.keys(sam) == ["concern_now"]


def test_on_a_phone_that_is_not_theirs_alone_nothing_shows(world):
    """The reply to danger names no helpline, whatever wording was chosen before."""
    sam = world.add()
    agrees(world, sam, theirs_alone=False)
    world.write("I am going to kill myself tonight")
    assert "116 123" not in told(world)[0]
    assert "999" in told(world)[0]
    assert world.client(sam).held == "concern"
