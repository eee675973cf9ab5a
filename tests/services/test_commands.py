"""A client's commands and states: they work with the bot down, and quiet is quiet."""

import pytest
from sqlalchemy import select

from onestep.services import by_hand, hand_off
from onestep.services.converse import converse
from onestep.services.deliver import deliver
from onestep.storage.models import Alert, Ask, Outbox, Prompt
from tests.services.world import A_WEDNESDAY, AWAY


@pytest.mark.parametrize("away", [False, True], ids=["bot up", "bot down"])
@pytest.mark.parametrize(
    ("before", "word", "state", "said"),
    [
        ("active", "STOP", "stopped", ["stopped"]),
        ("active", "PAUSE", "paused", ["paused_open"]),
        ("active", "pause 2 weeks", "paused", ["paused_until"]),
        ("paused", "RESUME", "active", ["resumed_no_next"]),
        ("paused", "STOP", "stopped", ["stopped"]),
        ("stopped", "START", "active", ["resumed_no_next"]),
        ("active", "COACH", "active", ["hand_off_requested"]),
        ("active", "HELP", "active", ["answer_help"]),
        ("paused", "HELP", "paused", ["answer_help"]),
        ("ended", "RESUME", "active", ["resumed_no_next"]),
        # a state that a word cannot leave stays, and nothing is said that would start anything
        ("stopped", "RESUME", "stopped", []),
        ("stopped", "PAUSE", "stopped", []),
        ("stopped", "HELP", "stopped", []),
    ],
)
def test_words_and_states(world, away, before, word, state, said):
    """Each exact word does what the terms page says, whether or not the bot is there."""
    sam = world.add(contact=before)
    world.bot.fault = AWAY if away else None
    world.write(word)
    assert world.client(sam).contact == state
    assert world.keys(sam) == said
    assert world.bot.heard == []
    world.check_everything_is_covered()


@pytest.mark.parametrize("word", ["STOP", "PAUSE", "COACH", "HELP"])
def test_a_word_passes_what_waits_for_the_bot(world, word):
    """A word is not held up by an earlier message that the bot could not be asked about."""
    sam = world.add()
    world.bot.fault = AWAY
    world.write("been sleeping better")
    world.write(word)
    told = {"STOP": "stopped", "PAUSE": "paused_open"}
    told |= {"COACH": "hand_off_requested", "HELP": "answer_help"}
    assert world.keys(sam) == ["bot_away", told[word]]
    world.bot.fault = None
    world.wait(seconds=5)
    world.check_everything_is_covered()
    assert world.kept(sam) == ["been sleeping better", word]
    assert world.bot.texts() == ([["been sleeping better"]] if word == "HELP" else [])


def test_a_second_stop_is_met_with_silence(world):
    """On Telegram STOP is confirmed once; whoever says it again gets what they asked for."""
    sam = world.add()
    world.write("STOP")
    said = len(world.phone())
    world.write("stop")
    assert len(world.phone()) == said
    world.check_everything_is_covered()
    assert world.kept(sam) == ["STOP", "stop"]


@pytest.mark.parametrize(
    ("words", "confirmed", "said"),
    [("Stop.", True, []), ("Stop.", False, ["stopped"]), ("stop texting me", False, ["stopped"])],
)
def test_stop_by_text_is_confirmed_once(world, words, confirmed, said):
    """By the provider where it has confirmed it itself, else by us; a second is silence."""
    sam = world.add(channel="sms", phone="07700900001")
    by_text = {"channel": "sms", "phone": "07700900001", "stop_confirmed": confirmed}
    world.write(words, **by_text)
    assert world.client(sam).contact == "stopped"
    assert world.keys(sam) == said
    world.write(words, **by_text)
    assert world.keys(sam) == said


QUIETLY = {
    "paused": ["paused_receipt"],
    "stopped": [],
    "ended": ["ended_wrote"],
    "unreachable": ["came_back"],
}


@pytest.mark.parametrize("state", QUIETLY)
def test_a_message_in_a_quiet_state(world, state):
    """Kept and screened; one receipt or question at most, and the state does not change."""
    sam = world.add(contact=state)
    world.write("did my first week")
    world.write("and the second")
    assert world.keys(sam) == QUIETLY[state]
    assert world.client(sam).contact == state
    assert world.kept(sam) == ["did my first week", "and the second"]
    assert world.bot.heard == []
    assert len(world.rows(Ask, about="wrote")) == (2 if state == "ended" else 0)
    world.check_everything_is_covered()


@pytest.mark.parametrize("state", [*QUIETLY, "active"])
def test_danger_is_answered_in_every_state(world, state):
    """The fixed reply goes out, and an alert is there, whatever the contact state; bot down."""
    sam = world.add(contact=state)
    world.bot.fault = AWAY
    world.write("I want to kill myself")
    assert world.keys(sam) == ["concern_now"]
    assert [(alert.level, alert.state) for alert in world.rows(Alert)] == [("now", "open")]
    assert world.client(sam).contact == state


@pytest.mark.parametrize("word", ["PAUSE", "STOP"])
def test_nothing_queued_goes_after_quiet_is_asked_for(world, word):
    """A thousand messages queued, then one word: none of them goes out any more."""
    sam = world.add()
    world.write("been better", go=False)
    world.go()
    before = len(world.phone())
    with world.app.db.write() as session:
        row = session.scalars(select(Outbox)).first()
        fields = ("client_id", "address_id", "message_id", "lane", "kind", "choices", "turn_id")
        again = {name: getattr(row, name) for name in fields}
        for number in range(1000):
            session.add(
                Outbox(
                    **again,
                    id=f"q{number}",
                    state="ready",
                    queued_at=A_WEDNESDAY,
                    due_at=A_WEDNESDAY,
                )
            )
    world.write(word)
    assert [shown.text for shown in world.phone()][before + 1 :] == []
    said = {"PAUSE": "paused_open", "STOP": "stopped"}[word]
    assert world.keys(sam) == ["ask_how", said]


def test_quiet_counts_from_the_moment_it_is_kept(world):
    """A PAUSE that lies unhandled in the queue already holds back what is ready to go."""
    sam = world.add()
    world.write("been better", go=False)
    world.run(converse(world.app))
    world.write("PAUSE", go=False)
    assert world.run(deliver(world.app))
    assert world.phone() == []
    world.go()
    assert world.keys(sam) == ["paused_open"]


def test_permission_is_asked_again_at_send_time(world):
    """A reply that was allowed when it was queued is not sent to who has stopped since."""
    sam = world.add()
    world.write("been better", go=False)
    world.run(converse(world.app))
    world.change(sam, contact="stopped")
    world.go()
    assert world.phone() == []
    (row,) = world.rows(Outbox)
    assert (row.state, row.reason) == ("cancelled", "stopped")


def test_a_question_that_did_not_go_out_is_not_open(world):
    """When the gate refuses a question, a later "2" or button answers nothing."""
    sam = world.add()
    world.write("been better", go=False)
    world.run(converse(world.app))
    world.change(sam, contact="paused")
    world.go()
    assert [prompt.open for prompt in world.rows(Prompt)] == [False]


def test_pause_keeps_the_open_hand_off(world):
    """PAUSE inside a hand-off pauses the check-ins; the coach's queued words still go."""
    sam = world.add()
    world.write("COACH")
    world.write("PAUSE", go=False)
    hand_off.say_as_coach(world.app, sam, "ringing you at three")
    world.go()
    texts = [shown.text for shown in world.phone()]
    assert "ringing you at three" in texts
    assert world.client(sam).contact == "paused"


def test_cancel_is_no_to_a_question(world):
    """On Telegram CANCEL is the bot's to read while a question is open; else one is asked back."""
    sam = world.add()
    world.write("CANCEL")
    assert world.keys(sam) == ["stop_or_no"]
    world.write("been better")
    world.write("CANCEL")
    assert world.client(sam).contact == "active"
    assert world.bot.texts()[-1] == ["CANCEL"]


def test_a_stale_button_does_nothing(world):
    """A button of an earlier question is kept, and changes and says nothing."""
    sam = world.add()
    by_hand.make_check_in_due(world.app, sam)
    world.go()
    stale = world.last_prompt()
    world.write("been better")
    said = world.keys(sam)
    world.press(stale, "skip")
    assert world.keys(sam) == said
    world.check_everything_is_covered()


@pytest.mark.parametrize(("words", "said", "done"), [
    ("yes", "ended_told", False), ("1", "ended_told", False), ("go on then", "ended_told", False),
    ("no", "ended_not_told", True), ("2", "ended_not_told", True),
])  # fmt: skip
def test_the_answer_to_shall_i_tell_your_coach(world, words, said, done):
    """Typed or by number, it is heard: the coach is told, or the line is taken back."""
    sam = world.add(contact="ended")
    world.write("got a promotion!")
    world.write(words)
    assert world.keys(sam) == ["ended_wrote", said]
    assert [row.done_at is not None for row in world.rows(Ask, about="wrote")] == [done]
    assert world.client(sam).contact == "ended"


@pytest.mark.parametrize("words", ["actually no carry on", "carry on", "oh sorry, dont pause"])
def test_a_pause_taken_back_in_words(world, words):
    """While paused it is RESUME; the gap is not asked about."""
    sam = world.add()
    world.write("pause")
    world.write(words)
    assert world.client(sam).contact == "active"
    assert world.keys(sam)[-1].startswith("resumed")


def test_a_typed_yes_to_shall_i_carry_on(world):
    """When the pause is over, yes is yes on every phone."""
    sam = world.add()
    world.write("pause for a week")
    world.wait(days=8)
    assert world.keys(sam)[-1] == "start_again"
    world.write("yeah go on")
    assert world.client(sam).contact == "active"
