"""Who joins: by a good code and their own yes; a used one is answered as a made-up one is."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from onestep.services import invite as services
from onestep.services.errors import NoSuchCoach, TermsRefused
from onestep.services.joining import LETTERS, read_code
from onestep.services.tidy import tidy
from onestep.storage import sealed
from onestep.storage.clients import NewTerms
from onestep.storage.models import (
    Address,
    Ask,
    Client,
    Incident,
    Invite,
    Message,
    Outbox,
    SafeContact,
)
from onestep.storage.seal import Place

pytestmark = pytest.mark.slow

SAFE = services.SafelyReached(
    theirs_alone=False, safe_when="mornings", if_someone_else="say nothing", record_word="heron"
)
FIRST = ["first_what", "first_who_reads", "first_cost_begin"]
NEW = "2002"


def invited(world, called="Dee", **more):
    """Somebody invited in this world."""
    return services.invite(world.app.db, whom(called=called), now=world.app.clock(), **more)


def whom(**more):
    """Somebody who may be invited."""
    usual = {"called": "Dee", "coach": "Ana", "new_coach": True, "terms": NewTerms()}
    return services.Whom(**{**usual, "safe": SAFE, **more})


def start(world, code, phone=NEW, **more):
    """Opens the bot by a link with this code, and presses Start."""
    return world.write("start", kind="join", code=code, phone=phone, **more)


def joins(world, code, phone=NEW):
    """Opens the link, and says that it is theirs."""
    start(world, code, phone=phone)
    return world.press(world.last_prompt(phone), "mine", phone=phone)


def told(world, phone=NEW, channel="telegram"):
    """The texts on a phone."""
    return [shown.text for shown in world.phone(phone, channel)]


def for_the_coach(world):
    """What a person has to look at, as `about` and `detail`."""
    return [(row.about, row.detail) for row in world.rows(Ask)]


def test_a_link_lets_its_client_in(world):
    """Asked first; then the phone is theirs, first contact comes, nothing had been sent before."""
    dee = invited(world)
    world.go()
    assert world.rows(Outbox) == []
    start(world, dee.code)
    [asked] = world.phone(NEW)
    assert world.made.content.service.name in asked.text
    assert not {"Dee", "Ana"} & set(re.findall(r"\w+", asked.text))
    assert [row.client_id for row in world.rows(Address)] == [None]
    world.press(asked.prompt, "mine", phone=NEW)
    assert world.keys(dee.client_id) == FIRST
    [address] = world.rows(Address)
    assert (address.client_id, address.channel) == (dee.client_id, "telegram")
    world.check_everything_is_covered()


@pytest.mark.parametrize("shape", ["{}", " {} ", "{}.", "{a} {b}", "{a}-{b}", "“{}”"])
def test_a_code_that_is_texted_lets_in_too(world, shape):
    """In small letters or large, however it is broken up."""
    dee = invited(world)
    code = dee.code.lower()
    text = shape.format(code, a=code[:4], b=code[4:])
    world.write(text, phone="+441632960010", channel="sms")
    world.write("1", phone="+441632960010", channel="sms")
    assert world.keys(dee.client_id) == FIRST


@pytest.mark.parametrize("words", ["yes", "Yeah, that's me!", "its for me", "yep", "1"])
def test_a_yes_may_be_typed(world, words):
    """In any plain wording; and the words themselves are theirs from there on."""
    dee = invited(world)
    start(world, dee.code)
    world.write(words, phone=NEW)
    assert world.keys(dee.client_id) == FIRST
    assert world.kept(dee.client_id) == [words]


@pytest.mark.parametrize("words", ["no", "wrong number", "Not me.", "2", None])
def test_a_forwarded_link_links_nobody(world, words):
    """Not me: sorry, nobody named, the code is used up, and the coach has a line to see to."""
    dee = invited(world)
    start(world, dee.code)
    if words is None:
        world.press(world.last_prompt(NEW), "not_me", phone=NEW)
    else:
        world.write(words, phone=NEW)
    assert world.keys(dee.client_id) == []
    assert not any(name in text for text in told(world) for name in ("Dee", "Ana"))
    assert for_the_coach(world) == [("sender", "code_elsewhere")]
    assert world.kept(dee.client_id) == []
    before = told(world)
    joins_again = start(world, dee.code)
    world.write("yes", phone=NEW)
    assert joins_again.client_id is None
    assert told(world) == before
    assert [row.client_id for row in world.rows(Address)] == [None]


def test_words_that_are_no_answer(world):
    """The question comes again, three times in all; then a person sees what was written."""
    dee = invited(world)
    start(world, dee.code)
    for words in ("who is this", "what code", "hello?", "hello"):
        world.write(words, phone=NEW)
    assert len(told(world)) == 3
    assert world.keys(dee.client_id) == []
    world.write("oh wait", phone=NEW)
    world.write("yes", phone=NEW)
    assert world.keys(dee.client_id) == FIRST


def test_danger_in_answer_to_the_question(world):
    """It is an incident like any stranger's; nobody is linked until a person has looked."""
    dee = invited(world)
    start(world, dee.code)
    world.write("no but i want to kill myself tonight", phone=NEW)
    world.write("yes", phone=NEW)
    assert [each.level for each in world.rows(Incident)] == ["now"]
    assert world.keys(dee.client_id) == []


def test_two_phones_and_one_code(world):
    """Whoever says yes first has joined; the other's yes links nobody."""
    dee = invited(world)
    for phone in (NEW, "3003"):
        start(world, dee.code, phone=phone)
    for phone in (NEW, "3003"):
        world.write("yes", phone=phone)
    assert [row.client_id for row in world.rows(Address)] == [dee.client_id, None]
    assert len(told(world, "3003")) == 1
    assert world.keys(dee.client_id) == FIRST


def test_the_code_may_run_out_under_the_question(world):
    """A yes that comes after it links nobody."""
    dee = invited(world)
    start(world, dee.code)
    world.wait(days=14)
    world.write("yes", phone=NEW)
    assert world.keys(dee.client_id) == []
    assert "someone gave you a code" in told(world)[-1]


def test_who_guesses_codes_is_let_guess_five_times_a_day(world):
    """After that a good code is answered as a made-up one is; the next day it is good again."""
    dee = invited(world)
    for _ in range(5):
        start(world, "2345BCDF")
    start(world, dee.code)
    assert len(told(world)) == 1
    start(world, dee.code, phone="3003")
    assert len(told(world, "3003")) == 1
    world.wait(days=1, seconds=1)
    joins(world, dee.code)
    assert world.keys(dee.client_id) == FIRST


def test_yes_out_of_the_blue_is_no_yes(world):
    """Nobody was asked: one sentence, as for any unknown number."""
    dee = invited(world)
    world.write("yes", phone=NEW)
    assert len(told(world)) == 1
    assert world.keys(dee.client_id) == []


@pytest.mark.parametrize(
    "text", ["", "hello", "my code is 2345BCDF", "234BCDF", "2345BCDFA", "1" * 8]
)
def test_what_is_no_code(text):
    """Only the whole of a message, of the eight letters we use."""
    assert read_code(text) is None


def test_codes_are_random_and_only_their_hash_is_kept(world):
    """No two alike, no letter that looks like another, nothing to read in the database file."""
    codes = [services.new_code() for _ in range(1000)]
    assert len(set(codes)) == 1000
    assert set("".join(codes)) <= set(LETTERS)
    assert not set("01IOAEUL") & set(LETTERS)
    dee = invited(world)
    [kept] = world.rows(Invite)
    assert dee.code not in repr(vars(kept))
    assert re.fullmatch("[0-9a-f]{64}", kept.code_hash)
    assert dee.code.encode() not in world.file.read_bytes()


@pytest.mark.parametrize("how", ["made up", "expired", "used", "none", "no safe contact"])
@pytest.mark.parametrize("channel", ["telegram", "sms"])
def test_nothing_is_told_of_a_code_that_is_not_good(world, how, channel):
    """One sentence a day, the same that anybody unknown gets; nobody is linked."""
    dee = invited(world)
    code = dee.code
    if how == "made up":
        code = "2345BCDF"
    elif how == "expired":
        world.wait(days=14)
    elif how == "used":
        joins(world, code, phone="3003")
    elif how == "no safe contact":
        with world.app.db.write() as session:
            session.delete(session.get_one(SafeContact, dee.client_id))
    elif how == "none":
        code = ""
    for _ in range(3):
        if channel == "telegram":
            start(world, code)
        else:
            world.write(code or "start", phone=NEW, channel="sms")
    [said] = world.phone(NEW, channel)
    world.write("hello?", phone="4004", channel=channel)
    assert [each.text for each in world.phone("4004", channel)] == [said.text]
    assert [row.client_id for row in world.rows(Address) if row.state == "live"].count(None) == 2


def test_the_same_post_twice_joins_once(world):
    """The provider brings it again: one client, one first contact."""
    dee = invited(world)
    for _ in range(2):
        start(world, dee.code, id="same")
    assert len(told(world)) == 1
    for _ in range(2):
        world.write("yes", phone=NEW, id="the same")
    assert world.keys(dee.client_id) == FIRST
    assert len(world.rows(Message, kind="join")) == 1


def test_somebody_who_wrote_before_joins_with_the_same_phone(world):
    """What they wrote as nobody stays in nobody's record."""
    world.write("hello?", phone=NEW)
    dee = invited(world)
    joins(world, dee.code)
    assert world.keys(dee.client_id) == FIRST
    [before] = [each for each in world.rows(Message, direction="in") if each.kind == "text"]
    assert before.client_id is None


def test_danger_comes_before_joining(world):
    """Who said *now* is let in when a person has seen to it; the code stays good till then."""
    world.write("i want to kill myself tonight", phone=NEW)
    dee = invited(world)
    start(world, dee.code)
    assert world.keys(dee.client_id) == []
    assert len(world.rows(Incident)) == 1
    assert world.rows(Invite)[0].used_at is None


def test_start_from_a_client_is_what_start_means(world):
    """After STOP it brings them back; a code of somebody else's changes nothing."""
    sam = world.add()
    dee = invited(world)
    world.write("stop")
    start(world, "", phone="1001")
    assert world.client(sam).contact == "active"
    start(world, dee.code, phone="1001")
    assert [row.client_id for row in world.rows(Address)] == [sam]
    assert world.rows(Invite)[0].used_at is None


def test_what_was_agreed_is_kept_and_sealed(world):
    """The safe contact in their words, opened only where it belongs."""
    dee = invited(world)
    [kept] = world.rows(SafeContact)
    assert (kept.client_id, kept.theirs_alone, kept.quick_exit_word) == (
        dee.client_id,
        False,
        None,
    )
    assert b"mornings" not in kept.safe_when
    with world.app.db.read() as session:
        place = Place("safe_contact", "record_word", dee.client_id)
        opened = sealed.keyring(session).open(place, kept.record_word)
    assert opened == "heron"
    assert world.rows(Client)[0].enrolment == "invited"


def test_an_invitation_that_cannot_be(world):
    """A coach nobody knows, or terms nobody could keep: said in a sentence, nothing is kept."""
    for fault, more in (
        (NoSuchCoach, {"coach": "Zoe", "new_coach": False}),
        (TermsRefused, {"terms": NewTerms(zone="Nowhere/At_All")}),
        (TermsRefused, {"terms": NewTerms(window_start="25:00")}),
    ):
        with pytest.raises(fault):
            services.invite(world.app.db, whom(**more), now=world.app.clock())
    assert world.rows(Client) == world.rows(Invite) == []


def test_a_code_may_be_good_for_longer(world):
    """As long as was said, and not a moment more."""
    dee = invited(world, good_for=timedelta(days=30))
    world.wait(days=29)
    joins(world, dee.code)
    assert world.keys(dee.client_id) == FIRST


@pytest.mark.parametrize("words", ["STOP", "please stop texting me"])
def test_a_stop_in_answer_to_the_question(world, words):
    """Silence, and the question is not put again; the code is still good for who comes back."""
    dee = invited(world)
    start(world, dee.code)
    before = told(world)
    world.write(words, phone=NEW)
    assert told(world) == before
    joins(world, dee.code)
    assert world.keys(dee.client_id) == FIRST


def test_the_buttons_of_the_question_stay_until_it_is_answered(world):
    """It has no client yet, and is tidied away no sooner than any other question."""
    phone = Lively(world.app.channels["telegram"])
    world.app = replace(world.app, channels={**world.app.channels, "telegram": phone})
    start(world, invited(world).code)
    world.run(tidy(world.app))
    assert phone.tidied == []
    world.press(world.last_prompt(NEW), "mine", phone=NEW)
    while world.run(tidy(world.app)):
        pass
    assert len(phone.tidied) == 1


class Lively:
    """A phone that can lose its buttons again."""

    def __init__(self, way) -> None:
        self.way, self.name, self.pace, self.tidied = way, way.name, way.pace, []

    async def send(self, message):
        """Hands it on."""
        return await self.way.send(message)

    async def typing(self, to):
        """Shows nothing."""

    async def acknowledge(self, callback):
        """Needs nothing."""

    async def tidy(self, to, provider_id):
        """Notes it."""
        self.tidied.append(provider_id)
