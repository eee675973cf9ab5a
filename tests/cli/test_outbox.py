"""`onestep outbox`: what needs a person is said in plain words, and taken from their hand."""

import pytest

from channels.errors import NotSent, OurFault, Refused, Unknown
from onestep.services import by_hand
from onestep.storage import holds, sealed
from onestep.storage.models import Address, Hold, Message, Outbox, Prompt
from onestep.storage.seal import write_keyring
from tests.services.network import put

pytestmark = pytest.mark.slow


@pytest.fixture
def typed(onestep_run, world, monkeypatch):
    """Types `onestep outbox …` about this world's database."""
    write_keyring(world.folder / "keys.json", world.made.keys)

    def run(*words):
        monkeypatch.setenv("ONESTEP_DATA", str(world.folder))
        return onestep_run("outbox", *words)

    return run


def failed(world, error):
    """One message that came to this end; returns its id."""
    channel = put(world, error)
    world.write("been better")
    channel.error = None
    return world.rows(Outbox)[-1].id


def test_nothing(typed, world):
    """Where all is well one sentence says so."""
    world.add()
    world.write("been better")
    ran = typed()
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Nothing needs a person")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Unknown(), "may have gone: the provider did not answer"),
        (Refused(), "does not take it"),
    ],
)
def test_no_words_unless_asked(typed, world, error, said):
    """Which message, of what kind, what became of it and what to type; no name and no words."""
    world.add(called="Sam")
    id = failed(world, error)
    ran = typed()
    assert id in ran.out
    assert said in ran.out
    assert f"`onestep outbox resend {id}`" in ran.out
    with world.app.db.read() as session:
        text = sealed.message_text(session, world.rows(Message, direction="out")[0])
    assert "Sam" not in ran.out
    assert text.splitlines()[0] not in ran.out
    asked = typed("--words")
    assert "to Sam" in asked.out
    assert all(f"    | {line}" in asked.out for line in text.splitlines())


def test_settled_as_sent(typed, world):
    """A person saw it on the phone: it counts as sent and is listed no more."""
    world.add()
    id = failed(world, Unknown())
    assert typed("settle", id.lower(), "sent").code == 0
    assert [(row.state, row.reason) for row in world.rows(Outbox)] == [("sent", "by_hand")]
    assert typed().out.startswith("Nothing")
    world.wait(hours=1)
    assert world.phone() == []


def test_settled_as_not_sent(typed, world):
    """It did not go and is let be: never sent, and its question is not open."""
    world.add()
    id = failed(world, Unknown())
    assert typed("settle", id, "not-sent").code == 0
    assert [row.state for row in world.rows(Outbox)] == ["cancelled"]
    assert [prompt.open for prompt in world.rows(Prompt)] == [False]
    world.wait(hours=1)
    assert world.phone() == []


@pytest.mark.parametrize("error", [Unknown(), Refused()], ids=["uncertain", "failed"])
def test_sent_again(typed, world, error):
    """A person sends it once more, also when it has grown old; its question is open then."""
    world.add()
    id = failed(world, error)
    world.wait(hours=20)
    world.wait(hours=4)
    assert typed("resend", id).code == 0
    with world.app.db.write() as session:  # the command has the machine's time, the world its own
        session.query(Outbox).update({"due_at": world.app.clock()})
    world.go()
    assert [row.state for row in world.rows(Outbox)] == ["sent"]
    assert [prompt.open for prompt in world.rows(Prompt)] == [True]
    assert len(world.phone()) == 1


def test_sent_again_to_one_who_said_stop(typed, world):
    """What the client asked for still counts: after STOP nothing goes out by hand either."""
    world.add()
    id = failed(world, Unknown())
    world.write("STOP")
    before = len(world.phone())
    typed("resend", id)
    with world.app.db.write() as session:
        session.query(Outbox).update({"due_at": world.app.clock()})
    world.go()
    assert len(world.phone()) == before
    assert world.rows(Outbox, id=id)[0].state == "cancelled"


def test_what_cannot_be_done(typed, world):
    """An id nobody knows, a message that went, a channel that goes: one sentence each."""
    world.add()
    world.write("been better")
    (row,) = world.rows(Outbox)
    for words, said in (
        (("settle", "nothing", "sent"), "no message with this id"),
        (("settle", row.id, "not-sent"), "needs nobody"),
        (("resend", row.id), "needs nobody"),
        (("resume", "telegram"), "not held"),
    ):
        ran = typed(*words)
        assert ran.code == 1
        assert said in ran.err
        assert len(ran.err.splitlines()) == 1
    assert [row.state for row in world.rows(Outbox)] == ["sent"]


def test_a_dead_address_is_not_written_to_by_hand(typed, world):
    """A resend to an address that takes no more is refused, in one sentence."""
    world.add()
    id = failed(world, Refused())
    with world.app.db.write() as session:
        session.query(Address).update({"state": "dead"})
    ran = typed("resend", id)
    assert ran.code == 1
    assert "takes no more messages" in ran.err


def test_a_held_channel(typed, world):
    """Since when, why, how many wait, what to type; after that they go."""
    sam = world.add()
    channel = put(world, OurFault())
    by_hand.make_check_in_due(world.app, sam)
    world.go()
    ran = typed()
    assert "telegram is held since 4 March 2026" in ran.out
    assert "One message waits." in ran.out
    channel.error = None
    assert typed("resume", "telegram").code == 0
    world.go()
    assert len(world.phone()) == 1
    assert world.rows(Hold) == []


def test_a_clock_that_jumped(typed, world):
    """It says by how much, and what to type."""
    with world.app.db.write() as session:
        holds.put(session, holds.CLOCK, now=world.app.clock(), detail="1:00:00 forward")
    ran = typed()
    assert "Nothing but alerts goes out" in ran.out
    assert "1:00:00 forward" in ran.out
    assert typed("resume", "clock").code == 0
    assert world.rows(Hold) == []


def test_what_is_still_tried_needs_nobody(typed, world):
    """A message between two tries is not listed."""
    world.add()
    failed(world, NotSent())
    assert typed().out.startswith("Nothing")
