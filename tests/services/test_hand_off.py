"""Who comes when a client asks for a person, what they are told, and how a hand-off ends."""

from datetime import datetime, timedelta

import pytest

from channels.base import ContactChange, Pace
from channels.errors import Gone, Refused, Unknown
from onestep.domain import command_values as v
from onestep.domain import commands as c
from onestep.services import closing, hand_off, thread
from onestep.services.closing import ClosingWords
from onestep.services.contact_change import contact_change
from onestep.services.errors import (
    AlreadyHandedBack,
    NotInHandOff,
    NoWayThere,
    UnknownMessage,
    WithSomebodyElse,
)
from onestep.storage.models import Closing, HandOff, Message, Outbox, Relay
from tests.services.coaches import (
    BENS,
    add_coach,
    bind,
    coach_writes,
    covers,
    leave,
    on_call,
    own_coach,
    shown,
)
from tests.services.world import AWAY, answer_to

A_SUNDAY_NIGHT = datetime.fromisoformat("2026-03-08T20:10:00+00:00")
FRIDAY_AFTERNOON = datetime.fromisoformat("2026-03-06T16:05:00+00:00")


@pytest.fixture
def talk(new_world):
    """Sam and Ana, whose phone is bound, with words on."""
    world = new_world(words_to_coaches=True)
    world.sam = world.add()
    bind(world, own_coach(world))
    return world


def asks_for(world, to):
    """The bot hears in Sam's words whom they want."""
    command = c.RequestHandOff(to=v.HandOffTo(to), words=())

    def rule(turn):
        words = [message.ref for message in turn.input.messages]
        return answer_to(
            turn,
            say=["chat"],
            commands=[{"command": "request_hand_off", "to": command.to.value, "words": words}],
        )

    world.bot.rule = rule
    world.write("could I talk with somebody else")


def open_one(world):
    """The hand-off that is not closed."""
    (found,) = [row for row in world.rows(HandOff) if row.state != "closed"]
    return found


# who comes


def test_someone_else_is_the_next_on_the_list(talk):
    """The first who covers is asked, no reason; Ana is not told, and sees nothing of it."""
    bea, ben = add_coach(talk, "Bea"), add_coach(talk, "Ben")
    covers(talk, ben, of=own_coach(talk), position=2)
    covers(talk, bea, of=own_coach(talk), position=1)
    bind(talk, bea, BENS)
    before = shown(talk)
    asks_for(talk, "someone_else")
    assert talk.keys(talk.sam) == ["hand_off_someone_else"]
    assert open_one(talk).coach_id == bea
    assert any("somebody else" in text for text in shown(talk, BENS))
    assert shown(talk) == before
    seen = thread.thread(talk.app, talk.sam, seen_by=own_coach(talk))
    assert (seen.hand_off, seen.stretches, seen.lines) == (None, (), ())
    assert thread.thread(talk.app, talk.sam, seen_by=bea).hand_off is not None


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("can i talk to someone else", None),
        ("can i talk to someone else", AWAY),
        ("can i speak to a person who isnt Ana please", AWAY),
    ],
)
def test_someone_else_is_heard_without_the_bot(talk, words, fault):
    """Said in plain words, or in any while the bot is away: never to the one not wanted."""
    ben, before = add_coach(talk), shown(talk)
    covers(talk, ben, of=own_coach(talk))
    talk.bot.fault = fault
    talk.write(words)
    assert talk.keys(talk.sam) == ["hand_off_someone_else"]
    assert open_one(talk).coach_id == ben
    assert shown(talk) == before


def test_the_one_not_wanted_cannot_step_in(talk):
    """Nor can Ana take that talk, write in it, or hand it back unseen."""
    ben = add_coach(talk)
    covers(talk, ben, of=own_coach(talk))
    asks_for(talk, "someone_else")
    with pytest.raises(WithSomebodyElse):
        hand_off.open_by_coach(talk.app, talk.sam, by=own_coach(talk))
    with pytest.raises(WithSomebodyElse):
        hand_off.say_as_coach(talk.app, talk.sam, "hi", by=own_coach(talk))
    hand_off.say_as_coach(talk.app, talk.sam, "Ben here", by=ben)
    hand_off.close(talk.app, talk.sam, by=ben)
    talk.go()
    seen = thread.thread(talk.app, talk.sam, seen_by=own_coach(talk))
    assert seen.lines == ()


def test_a_coach_who_left_is_covered(talk):
    """A hand-off to a coach who left goes to who covers, and the client is told so."""
    ben = add_coach(talk)
    covers(talk, ben, of=own_coach(talk))
    leave(talk, own_coach(talk))
    talk.write("COACH")
    assert open_one(talk).coach_id == ben
    assert talk.keys(talk.sam) == ["hand_off_cover"]


def test_without_cover_it_is_who_is_on_call_then_a_lead(talk):
    """Where nobody covers, on-call is asked; where nobody is on call, a lead."""
    lead = add_coach(talk, "Lea", role="lead")
    leave(talk, own_coach(talk))
    talk.write("COACH")
    assert open_one(talk).coach_id == lead
    ben, now = add_coach(talk), talk.app.clock()
    on_call(talk, ben, now - timedelta(hours=1), now + timedelta(hours=1))
    talk.add("Kit", phone="1002")
    talk.write("COACH", phone="1002")
    assert talk.rows(HandOff)[-1].coach_id == ben


def test_who_does_not_come_is_joined_by_the_next(talk):
    """A quarter of an hour each, then the next is asked too, and then the truth is told."""
    ben = add_coach(talk)
    covers(talk, ben, of=own_coach(talk))
    bind(talk, ben, BENS)
    talk.write("COACH")
    assert not any("asks for a person" in text for text in shown(talk, BENS))
    talk.wait(minutes=16)
    assert any("asks for a person" in text for text in shown(talk, BENS))
    assert talk.keys(talk.sam) == ["hand_off_requested"]
    talk.wait(minutes=15)
    assert talk.keys(talk.sam) == ["hand_off_requested", "hand_off_nobody_yet"]
    assert "by 1:01pm today" in talk.phone()[-1].text


def test_a_promise_that_passes_is_owned_up_to(talk):
    """Nobody came by then: said so, with a new time, and all are asked again; until one comes."""
    talk.write("COACH")
    talk.wait(minutes=16)
    talk.wait(hours=2, minutes=1)
    talk.wait(hours=2, minutes=1)
    assert talk.keys(talk.sam) == [
        "hand_off_requested",
        "hand_off_nobody_yet",
        "hand_off_still_nobody",
        "hand_off_still_nobody",
    ]
    asked = [text for text in shown(talk) if "asks for a person" in text]
    assert len(asked) == 3
    coach_writes(talk, "so sorry Sam, I'm here", answers="COACH")
    talk.wait(hours=30)
    assert talk.keys(talk.sam).count("hand_off_still_nobody") == 2


@pytest.mark.parametrize(
    ("at", "by"),
    [(A_SUNDAY_NIGHT, "by 10am tomorrow"), (FRIDAY_AFTERNOON, None)],
    ids=["shut", "nearly shut"],
)
def test_the_office_is_shut(new_world, at, by):
    """Out of hours the client hears by when; in hours that will soon be over, after a while."""
    world = new_world(words_to_coaches=True, at=at)
    sam = world.add()
    world.write("COACH")
    if by is None:
        assert world.keys(sam) == ["hand_off_requested"]
        world.wait(minutes=16)  # half past four: two hours on it is Friday evening
        assert "by 10am on Monday" in world.phone()[-1].text
    else:
        assert world.keys(sam) == ["hand_off_shut"]
        assert by in world.phone()[-1].text
        assert "116 123" in world.phone()[-1].text or "999" in world.phone()[-1].text


def test_nobody_at_all(talk):
    """With nobody left to ask, the client hears that, and by when they hear more."""
    leave(talk, own_coach(talk))
    talk.write("COACH")
    assert talk.keys(talk.sam) == ["hand_off_nobody"]
    assert open_one(talk).coach_id is None
    talk.wait(hours=2)
    assert talk.keys(talk.sam)[-1] == "hand_off_still_nobody"


# how it goes, and ends


def test_closing_words_are_kept(talk):
    """What a coach writes on handing back is kept; the stretch says from when to when."""
    talk.write("COACH")
    words = ClosingWords(happened="neighbours again", agreed="I ring the housing people")
    hand_off.say_as_coach(talk.app, talk.sam, "hello", by=own_coach(talk))
    talk.wait(minutes=20)
    hand_off.close(talk.app, talk.sam, by=own_coach(talk), closing=words)
    (row,) = talk.rows(Closing)
    with talk.app.db.read() as session:
        assert closing.read(session, row) == words
    (stretch,) = thread.thread(talk.app, talk.sam, seen_by=own_coach(talk)).stretches
    assert stretch.closed_by == "Ana"
    assert [each.name for each in stretch.coaches] == ["Ana"]
    assert stretch.closed_at - stretch.opened_at == timedelta(minutes=20)


def test_two_coaches_close_at_once(talk):
    """The second is told, what both wrote is kept, and the client hears of it once."""
    ben = add_coach(talk)
    talk.write("COACH")
    hand_off.open_by_coach(talk.app, talk.sam, by=own_coach(talk))
    hand_off.open_by_coach(talk.app, talk.sam, by=ben)
    hand_off.close(talk.app, talk.sam, by=own_coach(talk), closing=ClosingWords(agreed="ring"))
    with pytest.raises(AlreadyHandedBack):
        hand_off.close(talk.app, talk.sam, by=ben, closing=ClosingWords(told="the GP"))
    talk.go()
    rows = talk.rows(Closing)
    assert {row.coach_id for row in rows} == {own_coach(talk), ben}
    assert {row.hand_off_id for row in rows} == {talk.rows(HandOff)[0].id}
    assert len([key for key in talk.keys(talk.sam) if key.startswith("hand_off_closed")]) == 1


def test_a_reply_after_closing(talk):
    """It is refused with what to do, and nothing goes out."""
    talk.write("COACH")
    hand_off.close(talk.app, talk.sam, by=own_coach(talk))
    with pytest.raises(NotInHandOff, match="open one first"):
        hand_off.say_as_coach(talk.app, talk.sam, "one more thing", by=own_coach(talk))
    talk.go()
    assert all(row.kind != "relay" for row in talk.rows(Outbox))


def test_several_may_be_in_it(talk):
    """Both are named, and each line says whose it is."""
    ben = add_coach(talk)
    talk.write("COACH")
    hand_off.say_as_coach(talk.app, talk.sam, "Ana here", by=own_coach(talk))
    hand_off.say_as_coach(talk.app, talk.sam, "and Ben", by=ben)
    seen = thread.thread(talk.app, talk.sam, seen_by=ben)
    assert [each.name for each in seen.hand_off.coaches] == ["Ana", "Ben"]
    assert [(line.name, line.words) for line in seen.lines if line.who == "coach"] == [
        ("Ana", "Ana here"),
        ("Ben", "and Ben"),
    ]


def test_the_client_blocks_the_bot_in_the_middle(talk):
    """The coach is told that no text reaches them; the talk stays open; her line is not lost."""
    talk.write("COACH")
    hand_off.say_as_coach(talk.app, talk.sam, "hello", by=own_coach(talk))
    talk.go()
    contact_change(talk.app, ContactChange("telegram", "u1", "1001", "blocked"))
    talk.go()
    assert "no text reaches them now" in shown(talk)[-1]
    hand_off.say_as_coach(talk.app, talk.sam, "are you all right?", by=own_coach(talk))
    talk.go()
    assert open_one(talk).state == "open"
    assert "“are you all right?” was not sent" in shown(talk)[-1]
    seen = thread.thread(talk.app, talk.sam, seen_by=own_coach(talk))
    assert seen.no_way
    (line,) = [each for each in seen.lines if each.words == "are you all right?"]
    assert "was not sent" in line.trouble
    told = len(shown(talk))
    talk.wait(minutes=5)
    assert len(shown(talk)) == told  # once


class Fails:
    """A channel that fails for Sam, and for nobody else."""

    name, pace = "telegram", Pace()

    def __init__(self, good, error) -> None:
        self.good, self.error, self.parts = good, error, good.parts

    async def send(self, message):
        """Fails for one phone."""
        if message.to == "1001":
            raise self.error
        return await self.good.send(message)


@pytest.mark.parametrize(
    ("error", "says"),
    [(Refused, "refused it"), (Unknown, "may not have arrived"), (Gone, "do not arrive there")],
)
def test_what_does_not_arrive_is_told(talk, error, says):
    """A coach hears, once, of each line of theirs that failed or may not have arrived."""
    talk.write("COACH")
    talk.app.channels["telegram"] = Fails(talk.app.channels["telegram"], error)
    hand_off.say_as_coach(talk.app, talk.sam, "see you at two", by=own_coach(talk))
    talk.go()
    told = [text for text in shown(talk) if "see you at two" in text]
    assert len(told) == 1
    assert says in told[0]
    talk.wait(minutes=30)
    assert [text for text in shown(talk) if "see you at two" in text] == told
    (line,) = [
        each
        for each in thread.thread(talk.app, talk.sam, seen_by=own_coach(talk)).lines
        if each.who == "coach"
    ]
    assert says in line.trouble


def test_with_no_way_left_nothing_is_taken(talk):
    """Where no address is left to write to, a coach's words are refused with what to do."""
    talk.write("COACH")
    talk.app.channels["telegram"] = Fails(talk.app.channels["telegram"], Gone)
    hand_off.say_as_coach(talk.app, talk.sam, "hello", by=own_coach(talk))
    talk.go()
    with pytest.raises(NoWayThere, match="ring them"):
        hand_off.say_as_coach(talk.app, talk.sam, "hello?", by=own_coach(talk))
    coach_writes(talk, "hello?", answers="COACH")
    assert "gone to nobody" in shown(talk)[-1]


def test_after_a_concern_a_person_lets_it_go_on(talk):
    """Handing back after danger plans nothing, by whichever coach and from wherever."""
    talk.change(talk.sam, held=None)
    talk.write("I am going to kill myself tonight")
    coach_writes(talk, "I'm here", answers="danger may have been said")
    coach_writes(talk, "back", answers="danger may have been said")
    assert talk.client(talk.sam).held == "concern"
    assert "No check-in begins" in shown(talk)[-1]


# the thread


def test_reading_and_notes(talk):
    """A coach marks a message read and leaves a note; no client gets either; the token changes."""
    talk.write("COACH")
    before = thread.version(talk.app, talk.sam)
    (message,) = talk.rows(Message, direction="in", client_id=talk.sam)
    thread.mark_read(talk.app, message.id, by=own_coach(talk))
    after = thread.version(talk.app, talk.sam)
    ben = add_coach(talk)
    thread.mark_read(talk.app, message.id, by=ben)
    thread.note(talk.app, talk.sam, "rang the housing people", by=ben)
    seen = thread.thread(talk.app, talk.sam, seen_by=own_coach(talk))
    assert seen.lines[0].read_by == "Ana"
    assert [(each.by, each.words) for each in seen.notes] == [("Ben", "rang the housing people")]
    assert len({before, after, seen.version}) == 3
    talk.go()
    assert talk.keys(talk.sam) == ["hand_off_requested"]
    with pytest.raises(UnknownMessage):
        thread.mark_read(talk.app, "nothing", by=ben)


def test_a_worry_about_a_coach_is_not_hers_to_see(talk):
    """Who is named loses sight of that stretch; the lead who has it does not."""
    lead = add_coach(talk, "Lea", role="lead", safeguarding=True)
    talk.write("been better")
    talk.write("Ana shouted at me and grabbed my arm, I want to make a complaint about her")
    named = thread.thread(talk.app, talk.sam, seen_by=own_coach(talk))
    assert not any("shouted" in (line.words or "") for line in named.lines)
    seen = thread.thread(talk.app, talk.sam, seen_by=lead)
    assert any("shouted" in (line.words or "") for line in seen.lines)


def test_every_line_says_what_became_of_it(talk):
    """A line that went is sent; one that fails later changes the token."""
    talk.write("COACH")
    hand_off.say_as_coach(talk.app, talk.sam, "hello", by=own_coach(talk))
    before = thread.version(talk.app, talk.sam)
    talk.go()
    assert thread.version(talk.app, talk.sam) != before
    lines = thread.thread(talk.app, talk.sam, seen_by=own_coach(talk)).lines
    assert [(each.who, each.state) for each in lines] == [
        ("client", None),
        ("service", "sent"),
        ("coach", "sent"),
    ]
    assert [row.direction for row in talk.rows(Relay)] == ["to_coach", "to_client"]
