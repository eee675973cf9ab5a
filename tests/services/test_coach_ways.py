"""The ways by which a coach is told: what is taken, whose it may be, what taking away means."""

import pytest

from onestep.services.coach_ways import add_way, remove_way, ways
from onestep.services.errors import NoSuchCoach, WayRefused
from onestep.storage import audit, clients
from onestep.storage.models import Audit, Coach


@pytest.fixture
def ana(world):
    """The coach of this world, who has one client."""
    world.add(channel="sms", phone="+447700900001")
    [coach] = world.rows(Coach)
    return coach.id


@pytest.fixture
def add(world, ana):
    """Adds a way to Ana."""

    def add(channel, value, coach_id=ana):
        return add_way(
            world.app.db, coach_id, channel=channel, value=value, by="x", now=world.app.clock()
        )

    return add


@pytest.mark.parametrize(
    ("channel", "value", "kept"),
    [
        ("sms", "07700 900123", "+447700900123"),
        ("sms", "+48 512 345 678", "+48512345678"),
        ("email", " Ana@Example.org ", "Ana@example.org"),
        ("email", "ana@exämple.org", "ana@xn--exmple-cua.org"),
    ],
)
def test_a_way_is_kept_in_one_spelling(world, ana, add, channel, value, kept):
    """A number as it is dialled from anywhere, a mailbox as a mail server takes it."""
    assert add(channel, value).value == kept
    assert [(way.channel, way.value, way.dead) for way in ways(world.app.db, ana)] == [
        (channel, kept, False)
    ]


@pytest.mark.parametrize(
    ("channel", "value"),
    [
        ("sms", "60777"),
        ("sms", "Ana"),
        ("sms", ""),
        ("email", "ana"),
        ("email", "ana@example.org\r\nBcc: eve@example.org"),
        ("email", "ana@example.org, eve@example.org"),
        ("email", "anä@example.org"),
        ("telegram", "1001"),
        ("fax", "01632 960000"),
    ],
)
def test_what_is_no_way_is_refused(world, ana, add, channel, value):
    """No number, no mailbox, or a Telegram that nobody has proved to hold: nothing is kept."""
    with pytest.raises(WayRefused):
        add(channel, value)
    assert ways(world.app.db, ana) == ()


def test_a_way_is_one_persons(world, add):
    """A client's own number, or another coach's, never becomes a coach's."""
    now = world.app.clock()
    with world.app.db.write() as session:
        other = clients.add_coach(session, name="Bea", now=now).id
    add("sms", "+447700900123", other)
    for taken in ("+447700900123", "07700 900001"):
        with pytest.raises(WayRefused):
            add("sms", taken)


def test_nobody_is_told_for_who_is_not_there(add):
    """A coach who is not here gets no way."""
    with pytest.raises(NoSuchCoach):
        add("sms", "+447700900123", "nobody")


def test_taken_away_and_given_back(world, ana, add):
    """A way that is taken away is none; it may be added again, by anybody; each is on record."""
    add("email", "ana@example.org")
    told = {"channel": "email", "value": "ana@example.org", "by": "x", "now": world.app.clock()}
    remove_way(world.app.db, ana, **told)
    assert ways(world.app.db, ana) == ()
    with pytest.raises(WayRefused):
        remove_way(world.app.db, ana, **told)
    add("email", "ana@example.org")
    assert len(ways(world.app.db, ana)) == 1
    assert [line.what for line in world.rows(Audit)] == [
        "added_email",
        "removed_email",
        "added_email",
    ]
    with world.app.db.read() as session:
        assert audit.check(session).broken_at is None
