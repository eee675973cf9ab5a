"""A coach answers from their own Telegram: what they write goes to one client, or to nobody."""

from datetime import timedelta

import pytest

from onestep.services import coach_phone, from_coach, hand_off
from onestep.services.from_coach import HANDED_BACK, NO_CHANGE, OVER, WORDS_ONLY
from onestep.services.incidents import kept_apart
from onestep.storage.models import Address, Alert, HandOff, HandOffCoach, Message, OneTimeLink
from tests.services.coaches import (
    ANAS,
    BENS,
    add_coach,
    bind,
    coach_presses,
    coach_writes,
    give_phone,
    leave,
    own_coach,
    shown,
)

pytestmark = pytest.mark.slow

KIT = "1002"


@pytest.fixture
def talk(new_world):
    """Sam and Ana, whose phone is bound, with words on."""
    world = new_world(words_to_coaches=True, public_url="https://riverside.example")
    world.sam = world.add()
    bind(world, own_coach(world))
    return world


@pytest.fixture
def wordless(new_world):
    """The same with words off, as it is unless a service chooses otherwise."""
    world = new_world(public_url="https://riverside.example")
    world.sam = world.add()
    bind(world, own_coach(world))
    return world


def out(world, phone="1001"):
    """What lies on a client's phone."""
    return [each.text for each in world.phone(phone)]


def test_asked_for_relayed_and_answered_by_a_reply(talk):
    """COACH rings Ana's phone; her reply to a line of Sam's goes to Sam, word for word."""
    talk.write("COACH")
    talk.write("are you about?")
    asks, first, second = shown(talk)[1:]
    assert "asks for a person" in asks
    assert first.endswith(": COACH")
    assert second.startswith("Sam (")
    assert second.endswith(": are you about?")
    coach_writes(talk, "yes, ringing you at 3", answers="are you about?")
    assert out(talk)[-1] == "yes, ringing you at 3"
    assert [row.state for row in talk.rows(HandOff)] == ["open"]
    assert [row.coach_id for row in talk.rows(HandOffCoach)] == [own_coach(talk)]
    assert len(shown(talk)) == 4  # her own words are not told to her


def test_a_reply_finds_its_client_among_several(talk):
    """Two talks at once on one phone: each reply goes to the one whose line it answers."""
    talk.add("Kit", phone=KIT)
    talk.write("COACH")
    talk.write("COACH", phone=KIT)
    talk.write("one")
    talk.write("two", phone=KIT)
    coach_writes(talk, "for kit", answers=": two")
    coach_writes(talk, "for sam", answers=": one")
    assert out(talk)[-1] == "for sam"
    assert out(talk, KIT)[-1] == "for kit"


def test_what_answers_nothing_goes_to_nobody(talk):
    """Ana is asked which client, and exactly one reply goes, once, however often she presses."""
    talk.add("Kit", phone=KIT)
    talk.write("COACH")
    talk.write("COACH", phone=KIT)
    before = out(talk), out(talk, KIT)
    coach_writes(talk, "can you make two?")
    assert (out(talk), out(talk, KIT)) == before
    coach_presses(talk, "Kit")
    assert out(talk, KIT)[-1] == "can you make two?"
    coach_presses(talk, "Kit")
    coach_presses(talk, "Sam")
    assert (out(talk), len(out(talk, KIT))) == (before[0], len(before[1]) + 1)
    assert shown(talk)[-2:] == [OVER, OVER]


def test_an_old_question_sends_nothing(talk):
    """Half an hour later the talk has gone on: the button says so instead."""
    talk.write("COACH")
    coach_writes(talk, "two o'clock?")
    talk.wait(minutes=31)
    before = out(talk)
    coach_presses(talk, "Sam")
    assert out(talk) == before
    assert shown(talk)[-1] == OVER


def test_with_nobody_to_answer_it_says_so(talk):
    """In no conversation there is nobody to choose from."""
    coach_writes(talk, "hello?")
    assert "gone to nobody" in shown(talk)[-1]
    assert out(talk) == []


def test_an_alert_is_taken_by_its_button(talk):
    """“I’ve got this” stops the climbing and puts her in the talk; what was said comes with it."""
    talk.write("I am going to kill myself tonight")
    coach_presses(talk, "got this")
    (alert,) = talk.rows(Alert)
    assert (alert.state, alert.acknowledged_by) == ("acknowledged", own_coach(talk))
    assert [row.coach_id for row in talk.rows(HandOffCoach)] == [own_coach(talk)]
    coach_writes(talk, "I'm here, Sam", answers="You have it")
    assert out(talk)[-1] == "I'm here, Sam"


@pytest.mark.parametrize("words", ["got it", "Got it!", "I’ve got this"])
def test_an_alert_is_taken_in_words(talk, words):
    """Got it in reply to the notice is the same, and goes to no client."""
    talk.write("I am going to kill myself tonight")
    before = out(talk)
    coach_writes(talk, words, answers="danger may have been said")
    assert [alert.state for alert in talk.rows(Alert)] == ["acknowledged"]
    assert out(talk) == before


def test_an_alert_is_answered_by_a_reply(talk):
    """Any other reply to the notice takes it and goes to the client."""
    talk.write("I am going to kill myself tonight")
    coach_writes(talk, "Sam, it's Ana. I'm ringing you now", answers="danger may have been said")
    assert [alert.state for alert in talk.rows(Alert)] == ["acknowledged"]
    assert out(talk)[-1] == "Sam, it's Ana. I'm ringing you now"


def test_an_alert_that_another_has(talk):
    """Whoever presses second is told who was first."""
    ben = add_coach(talk, role="lead")
    bind(talk, ben, BENS)
    talk.write("I am going to kill myself tonight")
    talk.wait(minutes=6)
    coach_presses(talk, "got this", phone=BENS)
    coach_presses(talk, "got this")
    assert talk.rows(Alert)[0].acknowledged_by == ben
    assert "Ben" in shown(talk)[-1]


def test_back_hands_back(talk):
    """Back in reply to a line hands that talk back; the client hears of it from Onestep."""
    talk.write("COACH")
    coach_writes(talk, "sorted, see you then", answers="COACH")
    coach_writes(talk, "back", answers="COACH")
    assert [row.state for row in talk.rows(HandOff)] == ["closed"]
    assert shown(talk)[-1] == HANDED_BACK
    assert talk.keys(talk.sam)[-1].startswith("hand_off_closed")


def test_back_alone_asks_whose(talk):
    """Back that answers nothing asks, also where there is one talk only."""
    talk.write("COACH")
    coach_writes(talk, "hi", answers="COACH")
    coach_writes(talk, "back")
    assert [row.state for row in talk.rows(HandOff)] == ["open"]
    coach_presses(talk, "Sam")
    assert [row.state for row in talk.rows(HandOff)] == ["closed"]


def test_a_reply_after_handing_back(talk):
    """What answers a line of a talk that is over goes to nobody, and she is told what to do."""
    talk.write("COACH")
    coach_writes(talk, "hi", answers="COACH")
    hand_off.close(talk.app, talk.sam, by=own_coach(talk))
    talk.go()
    before = out(talk)
    coach_writes(talk, "one more thing", answers="COACH")
    assert out(talk) == before
    assert "gone to nobody" in shown(talk)[-1]
    assert "open one first" in shown(talk)[-1]


def test_list(talk):
    """List names the talks she is in, by name and reference."""
    coach_writes(talk, "list")
    assert from_coach.NONE_OPEN in shown(talk)[-1]
    talk.write("COACH")
    coach_writes(talk, "/list")
    assert shown(talk)[-1].startswith("Sam (")


def test_a_change_and_a_picture_are_not_passed_on(talk):
    """An edit and a picture of hers go to nobody, and she is told."""
    talk.write("COACH")
    before = out(talk)
    coach_writes(talk, "two, not three", kind="edit", edits="c1")
    coach_writes(talk, "", kind="attachment")
    assert shown(talk)[-2:] == [NO_CHANGE, WORDS_ONLY]
    assert out(talk) == before


def test_the_same_message_twice(talk):
    """A provider that brings her reply again has it sent once."""
    talk.write("COACH")
    coach_writes(talk, "once", answers="COACH", id="twice")
    coach_writes(talk, "once", answers="COACH", id="twice")
    assert out(talk).count("once") == 1


def test_her_words_are_no_clients(talk):
    """Nothing a coach writes is a client's message, an unknown number's, or a concern of ours."""
    coach_writes(talk, "I want to kill myself")
    assert talk.rows(Alert) == []
    assert kept_apart(talk.app).others == ()
    assert [row.client_id for row in talk.rows(Message, direction="in")] == [None, None]


def test_colleagues_hear_each_other(talk):
    """Who joins is passed on what was said before, and each reads what the other writes."""
    ben = add_coach(talk)
    bind(talk, ben, BENS)
    talk.write("COACH")
    coach_writes(talk, "hi Sam", answers="COACH")
    hand_off.open_by_coach(talk.app, talk.sam, by=ben)
    talk.go()
    assert [text.split(": ", 1)[1] for text in shown(talk, BENS)[1:]] == [
        "COACH",
        "Ana wrote to them: hi Sam",
    ]
    hand_off.say_as_coach(talk.app, talk.sam, "Ben here too", by=ben)
    talk.go()
    assert shown(talk)[-1].endswith("Ben wrote to them: Ben here too")


def test_a_picture_is_named(talk):
    """Of a picture it is said that one came, and whether it can be looked at."""
    talk.write("COACH")
    talk.write("", kind="attachment")
    assert "not kept" in shown(talk)[-1]


def test_words_off_says_nothing(wordless):
    """A notice has a reference and a link: no name, no words; a reply goes to nobody."""
    wordless.write("COACH")
    wordless.write("my husband reads this")
    wordless.wait(minutes=2)
    notices = shown(wordless)[1:]
    assert notices
    for text in notices:
        assert "Sam" not in text
        assert "husband" not in text
        assert "Ref " in text
        assert "https://riverside.example/" in text
    before = out(wordless)
    coach_writes(wordless, "hi Sam", answers="Ref ")
    assert out(wordless) == before
    assert "https://riverside.example/" in shown(wordless)[-1]
    assert wordless.rows(HandOff)[0].state == "requested"


def test_words_off_does_not_ring_for_each_line(wordless):
    """A burst is one notice, and one more after a minute for what came since."""
    wordless.write("COACH")
    before = len(shown(wordless))
    for number in range(5):
        wordless.write(f"line {number}")
    assert len(shown(wordless)) == before
    wordless.wait(minutes=2)
    assert len(shown(wordless)) == before + 1
    wordless.wait(minutes=9)
    assert len(shown(wordless)) == before + 1


def test_sms_brings_notices_only(talk):
    """Also with words on, a text to a coach has none, and what she texts back goes to nobody."""
    give_phone(talk, own_coach(talk), "07700900999", channel="sms")
    talk.write("COACH")
    texts = shown(talk, "07700900999", "sms")
    assert len(texts) == 1
    assert "Sam" not in texts[0]
    before = out(talk)
    coach_writes(talk, "hi Sam", answers="Ref", phone="07700900999", channel="sms")
    assert out(talk) == before


# who it is


def test_a_code_binds_once(talk):
    """A code makes one phone hers; used again, by anybody, it is nothing."""
    code = coach_phone.binding_code(talk.app, own_coach(talk), now=talk.app.clock())
    talk.write(f"{code[:4]} {code[4:].lower()}", phone="9100")
    assert "for Ana" in shown(talk, "9100")[-1]
    talk.write(code, phone="9101")
    assert talk.keys()[-1:] != ["first_what"]
    assert [row.coach_id for row in talk.rows(Address) if row.state == "live"].count(
        own_coach(talk)
    ) == 1


def test_start_with_the_code(talk):
    """/start and the code is the same."""
    code = coach_phone.binding_code(talk.app, own_coach(talk), now=talk.app.clock())
    talk.write("start", phone="9100", kind="join", code=code)
    assert "for Ana" in shown(talk, "9100")[-1]


@pytest.mark.parametrize("how", ["wrong", "expired", "used", "replaced", "left", "by sms"])
def test_a_code_that_is_none_reveals_nothing(talk, how):
    """Wrong, expired, used or replaced: the answer is the one that any unknown number gets."""
    coach, channel = add_coach(talk), "sms" if how == "by sms" else "telegram"
    code = coach_phone.binding_code(talk.app, coach, now=talk.app.clock())
    if how == "wrong":
        code = "BCDFGHJK"
    elif how == "expired":
        talk.wait(minutes=61)
    elif how == "used":
        talk.write(code, phone="9200")
    elif how == "replaced":
        coach_phone.binding_code(talk.app, coach, now=talk.app.clock())
    elif how == "left":
        leave(talk, coach)
    talk.write(code, phone="9300", channel=channel)
    talk.write("hello", phone="9301", channel=channel)
    assert shown(talk, "9300", channel) == shown(talk, "9301", channel)
    assert len(talk.phone("9300", channel)) == 1


def test_guessing_ends(talk):
    """After a few tries in a day the right code is nothing either."""
    for number in range(6):
        talk.write(f"BCDFGHJ{number + 2}", phone="9300")
    code = coach_phone.binding_code(talk.app, own_coach(talk), now=talk.app.clock())
    talk.write(code, phone="9300")
    assert not any("for Ana" in text for text in shown(talk, "9300"))


def test_a_clients_phone_is_never_a_coachs(talk):
    """A code brought from a client's phone is talk of the client's, and stays good."""
    code = coach_phone.binding_code(talk.app, own_coach(talk), now=talk.app.clock())
    talk.write(code)
    assert [row.coach_id for row in talk.rows(Address, client_id=talk.sam)] == [None]
    assert [row.used_at for row in talk.rows(OneTimeLink)][-1] is None


def test_an_account_that_says_it_is_a_coach_learns_nothing(talk):
    """An unknown account that claims to be Ana is an unknown number, whatever it answers."""
    talk.write("COACH")
    talk.write("this is Ana, list my clients", phone="9400")
    talk.write("hello", phone="9401")
    assert shown(talk, "9400") == shown(talk, "9401")


def test_a_coach_who_left_is_nobody(talk):
    """From the day she left, her phone gets nothing and sends nothing to any client."""
    talk.write("COACH")
    leave(talk, own_coach(talk))
    before, lines = out(talk), len(shown(talk))
    coach_writes(talk, "hello Sam", answers="COACH")
    talk.write("are you there?")
    assert out(talk) == before
    assert len(shown(talk)) == lines


def test_a_new_phone_takes_over(talk):
    """Her old Telegram gets nothing more once the new one is bound."""
    bind(talk, own_coach(talk), "9777")
    talk.write("COACH")
    assert any("COACH" in text for text in shown(talk, "9777"))
    assert not any("COACH" in text for text in shown(talk))


def test_a_button_of_another_coach(talk):
    """A choice that lies on Ana's phone does nothing when it comes from Ben's."""
    bind(talk, add_coach(talk), BENS)
    talk.write("COACH")
    coach_writes(talk, "for Sam")
    line = next(each for each in reversed(talk.phone(ANAS)) if each.choices)
    before = out(talk)
    coach_writes(talk, phone=BENS, kind="choice", prompt=line.prompt, key=line.choices[0].key)
    assert out(talk) == before
    assert shown(talk, BENS)[-1] == OVER


def test_late_lines_come_in_order(talk):
    """While her Telegram is away lines wait; when it is back they come in the order written."""
    from channels.base import Pace
    from channels.errors import NotSent

    good = talk.app.channels["telegram"]

    class Away:
        name, pace = "telegram", Pace()
        parts = staticmethod(good.parts)

        async def send(self, message):
            if message.to == ANAS:
                raise NotSent
            return await good.send(message)

    talk.write("COACH")
    talk.app.channels["telegram"] = Away()
    talk.write("one")
    talk.app.channels["telegram"] = good
    talk.write("two")
    talk.app.clock.move(timedelta(seconds=40))
    talk.go()
    assert [text.rsplit(": ", 1)[1] for text in shown(talk)[-2:]] == ["one", "two"]
