"""A number that answers no open question records nothing, asks no bot, and is met plainly."""

import pytest

from onestep.services.by_hand import make_check_in_due
from onestep.services.converse import converse
from onestep.storage.models import Entry
from tests.services.world import answer_to, by_rule

pytestmark = pytest.mark.slow

SIZES = ["too_easy", "about_right", "too_much"]


def sizes(turn):
    """A check-in asks which of three, and after that how; "scale" asks for a number."""
    event, key = getattr(turn.input, "event", None), getattr(turn.input, "key", None)
    if event is not None or key == "too_easy":
        return answer_to(turn, say=["ask_step_size"], asks="step_size", choices=SIZES)
    if key == "too_much":
        return answer_to(turn, say=["ask_scale"], asks="scale")
    if key is not None:
        return answer_to(turn, say=["ask_how"], asks="how")
    return by_rule(turn)


@pytest.fixture
def asked(world):
    """Sam, by text, before a question of three lines."""
    world.bot.rule = sizes
    world.sam = world.add(channel="sms")
    make_check_in_due(world.app, world.sam)
    world.go()
    return world


def text(world, words, **more):
    """Sam texts it."""
    world.write(words, channel="sms", **more)


@pytest.mark.parametrize("number", ["4", "0", "no 7", "99"])
def test_a_number_that_is_not_in_the_list(asked, number):
    """Acceptance 8: out of range it answers nothing, and the question stays open."""
    text(asked, number)
    assert asked.keys()[-1] == "number_not_offered"
    assert asked.bot.texts() == []
    text(asked, "2")
    assert asked.bot.heard[-1].input.key == "about_right"
    asked.check_everything_is_covered()


@pytest.mark.parametrize("go", [True, False], ids=["after the answer", "right behind it"])
def test_the_same_number_again(asked, go):
    """Acceptance 8: sent twice it answers once; the next question gets no "2" for an answer."""
    text(asked, "2", go=go)
    text(asked, "2")
    assert asked.keys() == ["ask_step_size", "ask_how", "number_answered"]
    assert asked.bot.texts() == []
    assert asked.rows(Entry) == []
    text(asked, "one step at a time")
    assert asked.bot.texts() == [["one step at a time"]]


def test_the_same_number_before_the_next_question_is_out(asked):
    """Acceptance 8: sent again because nothing came, it answers nothing nobody has read."""
    text(asked, "1", go=False)
    asked.run(converse(asked.app))  # the next question is asked, and not sent yet
    text(asked, "1")
    assert asked.keys() == ["ask_step_size", "ask_step_size", "number_answered"]
    text(asked, "2")
    keys = [getattr(turn.input, "key", None) for turn in asked.bot.heard]
    assert keys == [None, "too_easy", "about_right"]


def test_in_a_chat_a_number_is_words(asked):
    """Where choices are buttons nobody was shown a number, and one that fits none is talk."""
    kit = asked.add("Kit", phone="1002")
    make_check_in_due(asked.app, kit)
    asked.go()
    asked.write("7", phone="1002")
    assert asked.bot.texts() == [["7"]]


def test_a_number_of_an_older_question(asked):
    """Acceptance 8: once let go, a question takes no number any more."""
    text(asked, "went to the shop")
    asked.wait(hours=2)
    text(asked, "2.")
    assert asked.keys()[-1] == "number_answered"
    assert asked.bot.texts() == [["went to the shop"]]


def test_a_number_that_is_an_answer_in_itself(asked):
    """Where a number is what was asked for, it is the client's own."""
    text(asked, "3")
    text(asked, "3")
    assert asked.bot.texts() == [["3"]]


def test_a_number_out_of_nowhere_is_talk(asked):
    """A day later, or beyond what the list had, it is words like any other."""
    text(asked, "2")
    text(asked, "5")
    asked.wait(hours=30)
    text(asked, "2")
    assert asked.bot.texts() == [["5"], ["2"]]


def test_it_needs_no_bot(asked):
    """Both are said while the bot is away."""
    text(asked, "2")
    asked.bot.fault = OSError()
    text(asked, "2")
    assert asked.keys()[-1] == "number_answered"
