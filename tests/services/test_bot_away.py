"""When the bot is away, wrong or slow: all is kept, the truth is told once, all is turned."""

import asyncio
import threading
from dataclasses import replace

import pytest
from sqlalchemy import update

from onestep import dialogue
from onestep.services import by_hand
from onestep.services.converse import converse
from onestep.storage.models import Ask, CheckIn, Command, Inbox, Prompt, Rating, Turn
from onestep.worker import until_idle
from tests.services.world import AWAY, answer_to, by_rule

pytestmark = pytest.mark.slow

BROKEN = dialogue.BotFailed("internal", "no reason")


def test_told_once(world):
    """The client hears once that the message is safe, however long the bot stays away."""
    sam = world.add()
    world.bot.fault = AWAY
    world.write("been better")
    for _ in range(20):
        world.wait(seconds=5)
    assert world.keys(sam) == ["bot_away"]
    world.bot.fault = None
    world.wait(seconds=5)
    assert world.keys(sam) == ["bot_away", "ask_how"]
    world.check_everything_is_covered()


def test_told_at_night_and_before_consent(world):
    """That it is safe is an answer to a fresh message: it goes at night, and to who is invited."""
    sam = world.add(enrolment="invited")
    world.wait(hours=14)
    world.bot.fault = AWAY
    world.write("is this thing on")
    assert world.keys(sam) == ["bot_away"]


def test_turned_in_order_when_back(world):
    """Text, button and text are turned one after the other, in the order they came."""
    sam = world.add()
    by_hand.make_check_in_due(world.app, sam)
    world.go()
    prompt = world.last_prompt()
    world.bot.fault = AWAY
    world.bot.rule = lambda turn: answer_to(
        turn, say=["ask_scale"], asks="scale", choices=["skip"]
    )
    world.write("first")
    world.write("", kind="choice", prompt=prompt, key="skip")
    world.write("last")
    world.bot.fault = None
    world.wait(seconds=5)
    assert world.kept(sam) == ["first", "", "last"]
    kinds = [type(turn.input).__name__ for turn in world.bot.heard[1:]]
    assert kinds == ["Texts", "Texts"]  # the button's question was no longer the open one
    assert world.bot.texts() == [["first"], ["last"]]
    world.check_everything_is_covered()


@pytest.mark.parametrize("by", ["number", "button"])
def test_a_rating_needs_no_bot(world, by):
    """A placing by number or button is recorded while the bot is away, and said to be kept."""
    sam = world.add()
    area, stage = "looking_after_myself", "learning"
    stages = ["stuck", "accepting_help", "learning", "self_reliance"]
    world.bot.rule = lambda turn: answer_to(
        turn,
        say=["ask_rating_stage"],
        asks="rating_stage",
        area=area,
        choices=stages,
        carried=lambda key: {"command": "record_rating", "area": area, "stage": key, "words": []},
    )
    world.write("been better")
    world.bot.fault = AWAY
    if by == "number":
        world.write("3")
    else:
        world.press(world.last_prompt(), stage)
    (rating,) = world.rows(Rating)
    assert (rating.area, rating.stage) == (area, stage)
    assert len(world.keys(sam)) == 2
    assert [prompt.open for prompt in world.rows(Prompt)] == [False]
    world.check_everything_is_covered()


def test_an_answer_after_a_long_absence_is_not_sent(world):
    """Words of more than a day ago are turned and kept; the answer to them is not sent."""
    sam = world.add()
    world.bot.fault = AWAY
    world.write("been better")
    world.wait(hours=26)
    world.bot.fault = None
    world.wait(seconds=5)
    assert world.keys(sam) == ["bot_away"]
    assert world.keys(sam, state="cancelled") == ["ask_how"]
    assert [row.name for row in world.rows(Command)] == ["record_noticing"]
    world.check_everything_is_covered()


def test_an_answer_in_the_night_waits_for_the_morning(world):
    """A bot that comes back at night answers in the morning; a new message makes it stale."""
    sam = world.add()
    world.wait(hours=10)  # half past eight in the evening
    world.bot.fault = AWAY
    world.write("been better")
    world.wait(hours=3)
    world.bot.fault = None
    world.wait(seconds=5)
    assert world.keys(sam) == ["bot_away"]
    world.write("cant sleep")
    assert world.keys(sam) == ["bot_away", "ask_how"]
    world.wait(hours=12)
    assert world.keys(sam) == ["bot_away", "ask_how"]
    assert world.keys(sam, state="cancelled") == ["ask_how"]


def test_an_answer_held_for_the_morning_goes_in_the_morning(world):
    """An evening message answered late by the bot gets its answer when quiet hours end."""
    sam = world.add()
    world.wait(hours=10)
    world.bot.fault = AWAY
    world.write("been better")
    world.wait(hours=3)
    world.bot.fault = None
    world.wait(seconds=5)
    world.wait(hours=9)  # 08:30
    assert world.keys(sam) == ["bot_away"]
    world.wait(hours=1)
    assert world.keys(sam) == ["bot_away", "ask_how"]


def test_a_turn_that_always_fails_goes_to_a_person(world):
    """A message the bot breaks on each time is given to a person, and others are undisturbed."""
    sam, dee = world.add(), world.add("Dee", phone="1002")

    def breaks(turn):
        if world.bot.texts() and turn.input.messages[0].text == "the one":
            raise BROKEN
        return by_rule(turn)

    world.bot.rule = breaks
    world.write("the one")
    world.write("all good", phone="1002")
    for _ in range(10):
        world.wait(seconds=5)
    assert world.keys(dee) == ["ask_how"]
    assert world.keys(sam) == ["bot_away", "question_passed"]
    assert [ask.about for ask in world.rows(Ask)] == ["unanswered"]
    world.check_everything_is_covered()
    world.write("another")
    assert world.keys(sam)[-1] == "ask_how"


@pytest.mark.parametrize(
    "answer",
    [
        lambda turn: answer_to(turn, say=["no_such_utterance"]),
        lambda turn: answer_to(turn, say=["ask_who_person"], asks="who", choices=["nonsense"]),
        lambda turn: {},
        lambda turn: 1 / 0,
    ],
    ids=["unknown utterance", "unknown choice", "not an answer", "crash"],
)
def test_a_wrong_answer_is_no_loss(world, answer):
    """What the application cannot say or read fails that turn only; nothing of it is kept."""
    sam, dee = world.add(), world.add("Dee", phone="1002")
    world.bot.rule = lambda turn: (
        answer(turn) if turn.input.messages[0].text == "the one" else by_rule(turn)
    )
    world.write("the one")
    for _ in range(10):
        world.wait(seconds=5)
    world.write("all good", phone="1002")
    assert world.keys(dee) == ["ask_how"]
    assert world.kept(sam) == ["the one"]
    world.check_everything_is_covered()


REFUSED = [
    {"command": "record_preferred_future", "words": []},
    {"command": "record_noticing", "words": ["someone_elses"], "by": "self"},
    {"command": "record_noticing", "words": 7, "by": "self"},
    {"command": "record_rating", "area": "nope", "stage": "stuck", "words": []},
    {"command": "name_person", "span": {"ref": "x", "start": 5, "end": 2}},
    {"command": "drop_everything"},
]


@pytest.mark.parametrize("refused", REFUSED, ids=range(len(REFUSED)))
def test_a_refused_command_loses_nothing(world, refused):
    """The other commands of the turn, the reply and the message are all kept."""
    sam = world.add()

    def with_refused(turn):
        answer = by_rule(turn)
        return answer_to(turn, say=["ask_how"], asks="how", commands=[refused, *answer.commands])

    world.bot.rule = with_refused
    world.write("been better")
    first, last = [(row.name, row.refused) for row in world.rows(Command)]
    assert first[1] is not None
    assert last == ("record_noticing", None)
    assert world.keys(sam) == ["ask_how"]
    world.check_everything_is_covered()


def test_a_slow_turn_delays_nobody(world):
    """While one client's turn hangs, another's is answered; nothing of it is done twice."""
    sam, dee = world.add(), world.add("Dee", phone="1002")
    world.write("slow", go=False)
    world.write("quick", phone="1002", go=False)
    gate = asyncio.Event()

    class Slow:
        async def turn(self, turn):
            if turn.input.messages[0].text == "slow":
                await asyncio.wait_for(gate.wait(), 10)
            return by_rule(turn)

    app = replace(world.app, bot=Slow())

    async def both():
        slow = asyncio.create_task(converse(app))
        await asyncio.sleep(0.2)
        await converse(app)
        assert not await converse(app)  # the slow one is held: nothing more to take
        gate.set()
        await slow
        await until_idle(app)

    world.run(both())
    assert world.keys(dee) == world.keys(sam) == ["ask_how"]
    assert len(world.rows(Turn)) == 2


def test_a_late_answer_of_a_lost_lease_changes_nothing(world):
    """A worker stopped longer than its lease finds the turn done; its own answer is put aside."""
    sam = world.add()
    world.write("been better", go=False)
    rule = world.bot.rule

    def stopped_meanwhile(turn):
        with world.app.db.write() as session:
            session.execute(update(Inbox).values(lease_until=0.0))
        world.bot.rule = rule
        inner = asyncio.new_event_loop()
        thread = threading.Thread(target=lambda: inner.run_until_complete(converse(world.app)))
        thread.start()
        thread.join()
        inner.close()
        return answer_to(turn, say=["chat"])

    world.bot.rule = stopped_meanwhile
    world.go()
    assert world.keys(sam) == ["ask_how"]
    assert len(world.rows(Turn)) == 1
    world.check_everything_is_covered()


def test_a_check_in_the_bot_cannot_open_in_time_is_let_go(world):
    """Later than the grace nothing is caught up, and the next one is planned."""
    sam = world.add(rhythm="every_n_days", window_start="12:00", window_end="12:01")
    world.go()
    world.bot.fault = AWAY
    world.wait(hours=2)
    for _ in range(3):
        world.wait(hours=1)
    world.bot.fault = None
    world.wait(minutes=1)
    assert world.keys(sam) == []
    states = [row.state for row in sorted(world.rows(CheckIn), key=lambda row: row.planned_on)]
    assert states == ["expired", "due", "cancelled"]
    world.wait(hours=21)
    assert world.keys(sam) == ["ask_better"]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("please stop sending me these texts i dont want them", "stopped"),
        ("i dont want a bot, can i speak to a real person please", "hand_off_requested"),
    ],
)
def test_a_wish_in_any_words_does_not_wait_for_the_bot(world, words, answer):
    """Terms page, One message: freer wording is found beside the screen, with the bot down."""
    sam = world.add()
    world.bot.fault = AWAY
    world.write(words)
    assert world.keys(sam) == [answer]
    world.bot.fault = None
    world.wait(seconds=5)
    assert world.bot.heard == []


def test_what_only_sounds_like_a_wish_waits_for_the_bot(world):
    """Safety page, Targets: none on "stop drinking", "cancel my appointment", "quit my job"."""
    sam = world.add()
    world.bot.fault = AWAY
    for words in ("i want to stop drinking", "had to cancel my appointment", "i quit my job"):
        world.write(words)
    assert world.rows(Command) == []
    assert world.keys(sam) == ["bot_away"]
