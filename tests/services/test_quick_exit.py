"""The client's own word ends it at once: no reply, no trace of one, until they say RESUME."""

import pytest
from sqlalchemy import update

from channels.base import Inbound
from onestep.services.by_hand import make_check_in_due
from onestep.services.converse import converse
from onestep.services.deliver import deliver
from onestep.services.provider_events import take_in_event
from onestep.services.record_page import record_page
from onestep.storage.invites import agree_safe_contact
from onestep.storage.models import Ask, Outbox, Prompt
from tests.services.world import AWAY

pytestmark = pytest.mark.slow


@pytest.fixture
def sam(world):
    """Sam, whose word is "green tea"."""
    sam = world.add(rhythm="every_n_days", every_days=1)
    with world.app.db.write() as session:
        agree_safe_contact(
            session,
            client_id=sam,
            theirs_alone=True,
            now=world.app.clock(),
            quick_exit_word="green tea",
        )
    return sam


def told(world):
    """The texts on the phone."""
    return [shown.text for shown in world.phone()]


@pytest.mark.parametrize("word", ["green tea", "Green Tea!", " GREEN  TEA. "])
def test_silence_at_once(world, sam, word):
    """The question is let go, the coach has a line, and whoever writes next gets no answer."""
    make_check_in_due(world.app, sam)
    world.go()
    before = told(world)
    world.write(word)
    for words in ("who is this", "what have you told it", "help", "hello?"):
        world.write(words)
    world.press(world.rows(Prompt)[-1].id if world.rows(Prompt) else "p", "skip")
    world.wait(days=5)
    assert told(world) == before
    assert [(row.about, row.detail) for row in world.rows(Ask)] == [("sender", "quick_exit")]
    assert record_page(world.app, sam).held == "exit"
    assert "hello?" in world.kept(sam)
    world.check_everything_is_covered()


def test_what_was_ready_is_not_said(world, sam):
    """An answer that was on its way stays here."""
    world.write("been better", go=False)
    world.run(converse(world.app))
    world.write("green tea")
    assert told(world) == []
    assert [row.state for row in world.rows(Outbox)] == ["cancelled"]


def test_a_text_still_waiting_gets_no_answer(world, sam):
    """Written just before the word, it is kept."""
    world.write("been better", go=False)
    world.write("green tea")
    assert told(world) == []
    assert world.kept(sam) == ["been better", "green tea"]


def test_resume_brings_it_back(world, sam):
    """The client's own act, as after any quiet."""
    world.write("green tea")
    world.write("RESUME")
    assert record_page(world.app, sam).held is None
    assert len(told(world)) == 1
    world.write("been better")
    assert world.keys(sam)[-1] == "ask_how"


def test_danger_is_still_answered_and_nothing_shows(world, sam):
    """No helpline on a phone that somebody else may hold."""
    world.write("green tea")
    world.write("I am going to kill myself tonight")
    (said,) = told(world)
    assert "116 123" not in said
    assert "999" in said


def test_the_word_inside_a_sentence_is_talk(world, sam):
    """Only as a whole message; and it is nobody else's word."""
    world.write("had a green tea with mum")
    assert world.keys(sam) == ["ask_how"]
    world.add("Dee", phone="1002")
    world.write("green tea", phone="1002")
    assert len(world.phone("1002")) == 1


@pytest.mark.parametrize("words", ["STOP", "PAUSE", "COACH", "START"])
def test_no_command_of_whoever_holds_the_phone_is_answered(world, sam, words):
    """It is done, and nothing shows."""
    world.write("green tea")
    world.write(words)
    assert told(world) == []


def test_a_call_afterwards_is_answered_by_nothing(world, sam):
    """The coach knows of it, and the phone stays silent."""
    world.write("green tea")
    take_in_event(world.app, Inbound("telegram", "CA1", "1001", kind="call"))
    world.go()
    assert told(world) == []
    assert "ring_me" in [row.about for row in world.rows(Ask)]


def test_what_was_being_sent_meanwhile_is_not_tried_again(world, sam):
    """The provider put it off, the word came: what is tried later is asked about anew."""
    world.write("been better", go=False)
    world.run(converse(world.app))
    with world.app.db.write() as session:
        session.execute(update(Outbox).values(state="sending"))
    world.write("green tea")
    with world.app.db.write() as session:
        session.execute(update(Outbox).values(state="ready"))
    world.go()
    assert told(world) == []


def test_a_receipt_does_not_slip_out_while_the_word_waits(world, sam):
    """Nothing goes from the moment the word has come in."""
    world.bot.fault = AWAY
    world.write("been better", go=False)
    world.run(converse(world.app))
    world.write("green tea", go=False)
    world.run(deliver(world.app))
    assert told(world) == []


def test_start_brings_back_who_had_stopped_after_the_word(world, sam):
    """It is as much the client's own act as RESUME."""
    for words in ("green tea", "STOP", "START"):
        world.write(words)
    assert world.keys(sam) == ["resumed"]
    world.write("been better")
    assert world.keys(sam)[-1] == "ask_how"
