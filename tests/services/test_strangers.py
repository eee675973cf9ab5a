"""Danger from someone unknown or not yet agreed is an incident; all else keeps its own way."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from onestep.services import hand_off, incidents, invite
from onestep.services.errors import NobodyKnown
from onestep.services.record_page import record_page
from onestep.storage.clients import NewTerms
from onestep.storage.models import (
    Alert,
    HandOff,
    Inbox,
    Incident,
    Message,
    Outbox,
    Turn,
)
from tests.services.world import answer_to

pytestmark = pytest.mark.slow

DANGER = "I am going to kill myself tonight"
HEAVY = "my friend is talking about suicide and idk what to do"
UNREAD = "شكرا جزيلا لكم على كل شيء"


def first_contact(turn):
    """Whatever is said, asks whether they want to begin; a yes is a yes."""
    picked = getattr(turn.input, "key", None)
    if picked == "begin":
        yes = {"command": "record_consent", "answer": "yes"}
        return answer_to(turn, say=["ask_best_hopes"], asks="best_hopes", commands=[yes])
    return answer_to(turn, say=["consent_again"], asks="consent", choices=["begin", "not_for_me"])


@pytest.fixture
def dee(world):
    """Someone invited, who has been asked whether they want to begin."""
    world.bot.rule = first_contact
    dee = world.add("Dee", enrolment="invited")
    world.write("hello")
    assert world.keys(dee) == ["consent_again"]
    return dee


def said_to(world, phone="1001"):
    """The texts on a phone."""
    return [shown.text for shown in world.phone(phone)]


def levels(world):
    """The levels of the incidents that wait for a person, newest first."""
    return [each.level for each in incidents.kept_apart(world.app).incidents]


@pytest.mark.parametrize("words", ["Your parcel is on its way", DANGER, HEAVY])
@pytest.mark.parametrize("sender", ["60777", "ParcelCo"])
def test_a_machine_is_never_answered(world, sender, words):
    """What comes from a short code or a name is screened and kept, and nothing goes there."""
    world.write(words, channel="sms", phone=sender, answerable=False)
    world.write("again", channel="sms", phone=sender, answerable=False)
    assert world.rows(Outbox) == []
    assert [message.direction for message in world.rows(Message)] == ["in", "in"]
    rings = words == DANGER
    assert [alert.level for alert in world.rows(Alert)] == (["now"] if rings else [])
    assert len(world.rows(Incident)) == (words != "Your parcel is on its way")


def test_no_code_lets_a_machine_in(world):
    """A code that a short code brings is answered by nothing, and is still good for its owner."""
    whom = invite.Whom(
        called="Dee",
        coach="Ana",
        new_coach=True,
        terms=NewTerms(discreet=False),
        safe=invite.SafelyReached(
            theirs_alone=True, safe_when="any time", if_someone_else="nothing"
        ),
    )
    code = invite.invite(world.app.db, whom, now=world.app.clock()).code
    world.write(code, channel="sms", phone="60777", answerable=False)
    assert world.rows(Outbox) == []
    world.write(code, channel="sms", phone="+447700900101")
    assert len(world.rows(Outbox)) == 1


@pytest.mark.parametrize("enrolment", ["invited", "declined"])
def test_danger_before_a_yes_is_an_incident(world, enrolment):
    """It is answered and rings for who is on call, and stands in no client's record."""
    dee = world.add("Dee", enrolment=enrolment)
    world.write(DANGER)
    (text,) = said_to(world)
    assert "116 123" in text
    assert "Ana" not in text
    (alert,) = world.rows(Alert)
    assert (alert.level, alert.state) == ("now", "open")
    assert (alert.client_id, alert.to_coach_id) == (None, None)
    assert [each.level for each in world.rows(Incident)] == ["now"]
    page = record_page(world.app, dee)
    assert (page.concerns, page.thread, page.hand_off) == ((), (), None)
    assert world.kept(dee) == []
    assert world.bot.asked == 0
    (shown,) = incidents.kept_apart(world.app).incidents
    assert (shown.perhaps, [line.words for line in shown.lines]) == ("Dee", [DANGER])


def test_danger_on_a_discreet_phone_not_yet_agreed(world):
    """Where the terms say discreet, the fixed reply shows nothing either."""
    world.add("Dee", enrolment="invited", discreet=True)
    world.write(DANGER)
    (text,) = said_to(world)
    assert "116 123" not in text
    assert "999" in text


def test_the_same_danger_twice(world, dee):
    """The provider's second delivery rings nobody and says nothing."""
    world.write(DANGER, id="same")
    before = said_to(world)
    assert not world.write(DANGER, id="same").new
    assert said_to(world) == before
    assert len(world.rows(Alert)) == 1


def test_no_question_follows_danger(world, dee):
    """What they write next goes to the person, with one receipt in ten minutes, not to the bot."""
    asked = world.bot.asked
    world.write(DANGER)
    world.wait(minutes=11)
    for words in ("please", "anyone", "شكرا جزيلا لكم"):
        world.write(words)
    assert world.bot.asked == asked
    assert len(said_to(world)) == 3  # the question before it, the fixed reply, one receipt
    now = incidents.kept_apart(world.app).incidents[-1]
    assert [line.words for line in now.lines] == [DANGER, "please", "anyone", "شكرا جزيلا لكم"]
    assert world.kept(dee) == ["hello"]


def test_what_was_said_just_before_is_not_answered_by_a_question(world):
    """A text still waiting for its turn is covered by the fixed reply."""
    dee = world.add("Dee", enrolment="invited")
    world.write("hi", go=False)
    world.write(DANGER)
    assert world.bot.asked == 0
    assert world.kept(dee) == ["hi"]
    world.check_everything_is_covered()
    assert [turn.by for turn in world.rows(Turn)] == ["screen"]


def test_their_yes_is_still_theirs(world, dee):
    """The question whether to begin stands; after a yes, no check-in until a person looked."""
    world.write(DANGER)
    world.press(world.last_prompt(), "begin")
    assert world.client(dee).enrolment == "enrolled"
    assert record_page(world.app, dee).held == "sender"
    assert record_page(world.app, dee).next_check_in is None
    world.write("getting to work on time")
    assert world.bot.texts()[-1] == ["getting to work on time"]


def test_their_stop_is_still_theirs(world, dee):
    """STOP after danger stops; nothing goes out any more, but danger is still answered."""
    world.write(DANGER)
    world.write("STOP")
    assert world.client(dee).contact == "stopped"
    before = said_to(world)
    world.wait(hours=1)
    world.write("anyone")
    assert said_to(world) == before
    world.write(DANGER)
    assert len(said_to(world)) == len(before) + 1


def test_danger_before_consent_is_read_with_what_came_before(world, dee):
    """What only two messages together say is danger, too, from an unknown number as well."""
    for phone in ("1001", "999"):
        world.write("i keep thinking about killing", phone=phone)
        world.write("myself", phone=phone)
        assert world.rows(Message, direction="in")[-1].screen_level == "now", phone


def test_a_person_finds_that_it_was_the_client(world, dee):
    """Checked, the words and the alert join the record; check-ins wait; the bot talks again."""
    world.write(DANGER)
    world.write("please")
    (incident,) = world.rows(Incident)
    incidents.check(world.app, incident.id, theirs=True)
    page = record_page(world.app, dee)
    assert [(each.level, each.state) for each in page.concerns] == [("now", "open")]
    assert page.held == "concern"
    assert world.kept(dee) == ["hello", DANGER, "please"]
    assert world.rows(HandOff) == []
    assert levels(world) == []
    world.write("ok")
    assert world.keys(dee)[-1] == "consent_again"


def test_a_person_finds_that_it_was_somebody_else(world, dee):
    """Checked, the alert is closed, and not a word of it is in the client's record."""
    world.write(DANGER)
    incidents.check(world.app, world.rows(Incident)[0].id, theirs=False)
    assert [alert.state for alert in world.rows(Alert)] == ["closed"]
    assert record_page(world.app, dee).concerns == ()
    assert world.kept(dee) == ["hello"]
    assert levels(world) == []


def test_a_strangers_danger_is_nobodys(world):
    """It cannot be said to be a client's while the number is none's."""
    world.write(DANGER, phone="999")
    (incident,) = world.rows(Incident)
    with pytest.raises(NobodyKnown):
        incidents.check(world.app, incident.id, theirs=True)
    assert levels(world) == ["now"]


@pytest.mark.parametrize(("text", "level"), [(HEAVY, "soft"), (UNREAD, "unread")])
def test_what_is_quieter_waits_for_a_person(world, dee, text, level):
    """From a stranger or someone invited it is an incident that rings nobody."""
    world.write(text)
    world.write(text, phone="999")
    assert world.rows(Alert) == []
    assert levels(world) == [level, level]
    assert record_page(world.app, dee).concerns == ()
    assert len(said_to(world, "999")) == 1
    world.check_everything_is_covered()


def test_heavy_words_do_not_end_first_contact(world, dee):
    """After a *soft* the talk goes on; after an *unread* they are told that a person looks."""
    world.write(HEAVY)
    assert world.keys(dee) == ["consent_again", "consent_again"]
    world.write(UNREAD)
    assert world.keys(dee)[-1] == "unread_passed"


def test_whatever_an_unknown_number_writes_can_be_seen(world):
    """One sentence a day answers it, and each line is listed for a week."""
    world.write("is that the coaching lot", phone="999")
    world.write("hello?", phone="999")
    assert len(said_to(world, "999")) == 1
    others = incidents.kept_apart(world.app).others
    assert [(line.sender, line.words) for line in others] == [
        ("999", "hello?"),
        ("999", "is that the coaching lot"),
    ]
    world.wait(days=1, seconds=1)
    world.write("hello again", phone="999")
    assert len(said_to(world, "999")) == 2
    world.wait(days=7, seconds=1)
    assert incidents.kept_apart(world.app).others == ()


def test_a_stranger_who_says_stop_is_left_in_peace(world):
    """STOP is answered by silence, whoever sends it."""
    world.write("STOP", phone="07700900999", channel="sms")
    assert world.phone("07700900999", "sms") == []


def test_unread_in_a_hand_off_goes_to_the_coach(world):
    """Nothing is said in the coach's place; the line is relayed like every other."""
    sam = world.add()
    world.write("COACH")
    hand_off.say_as_coach(world.app, sam, "hi, it's Ana")
    world.go()
    before = said_to(world)
    world.write(UNREAD)
    assert said_to(world) == before
    assert record_page(world.app, sam).thread[-1].with_person
    assert [alert.level for alert in world.rows(Alert)] == ["unread"]
    world.check_everything_is_covered()


def test_danger_in_a_hand_off_reaches_the_coach_in_it(world):
    """The fixed reply goes out, and the words stand in the talk the coach has open."""
    sam = world.add()
    world.write("COACH")
    hand_off.say_as_coach(world.app, sam, "hi, it's Ana")
    world.wait(minutes=6)
    world.write(DANGER)
    (line,) = [line for line in record_page(world.app, sam).thread if line.text == DANGER]
    assert line.with_person
    assert world.keys(sam)[-1] == "concern_now"


def test_an_alert_of_a_client_who_agreed_is_as_before(world):
    """Who has agreed has no incident: the alert stands in their record."""
    sam = world.add()
    world.write(HEAVY)
    assert world.rows(Incident) == []
    assert [concern.level for concern in record_page(world.app, sam).concerns] == ["soft"]
    assert [row.state for row in world.rows(Inbox)] == ["done"]


@pytest.mark.slow
@pytest.mark.parametrize("channel", ["telegram", "sms"])
def test_a_stranger_who_writes_two_hundred_times(world, channel):
    """All of it kept and screened, from four sides at once; one sentence, and one the next day."""
    with ThreadPoolExecutor(4) as pool:
        sent = [
            pool.submit(
                world.write, f"hello {n}", phone="+441632960099", channel=channel, go=False
            )
            for n in range(200)
        ]
        assert all(each.result().new for each in sent)
    world.go()
    assert len(world.rows(Message, direction="in")) == 200
    assert len(world.phone("+441632960099", channel)) == 1
    world.wait(hours=23)
    world.write("hello again", phone="+441632960099", channel=channel)
    assert len(world.phone("+441632960099", channel)) == 1
    world.wait(hours=1, seconds=1)
    world.write("and again", phone="+441632960099", channel=channel)
    assert len(world.phone("+441632960099", channel)) == 2


def test_a_stranger_in_danger_who_writes_on(world):
    """While it rings, the same danger is kept with it: one alert and one reply in ten minutes."""
    for n in range(20):
        world.write(f"{DANGER} {n}", phone="999")
    assert len(world.rows(Alert)) == 1
    assert len(said_to(world, "999")) == 1
    world.wait(minutes=11)
    world.write(DANGER, phone="999")
    assert len(said_to(world, "999")) == 2
    shown = incidents.kept_apart(world.app).incidents[-1]
    assert len(shown.lines) == 21
