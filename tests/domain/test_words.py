"""Exact whole-message words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onestep.domain.words import (
    FOR_BOT,
    LANGUAGES,
    Channel,
    Command,
    Word,
    carries_on,
    parse_command,
    wants_another,
    yes_or_no,
)

# What becomes what by SMS, and on Telegram where that differs.
SAID = [
    ("STOP", Word.STOP, Word.STOP),
    ("stop", Word.STOP, Word.STOP),
    (" Stop. ", Word.STOP, Word.STOP),
    ("*stop!!*", Word.STOP, Word.STOP),
    ("“STOP”", Word.STOP, Word.STOP),
    ("ＳＴＯＰ", Word.STOP, Word.STOP),
    ("/stop", Word.STOP, Word.STOP),
    ("stop 🛑", Word.STOP, Word.STOP),
    ("ST\u200bOP", Word.STOP, Word.STOP),
    ("StopAll", Word.STOP, Word.STOP),
    ("stop\nall", Word.STOP, Word.STOP),
    ("UNSUBSCRIBE", Word.STOP, Word.STOP),
    ("revoke", Word.STOP, Word.STOP),
    ("opt-out", Word.STOP, Word.STOP),
    ("OPTOUT", Word.STOP, Word.STOP),
    ("CANCEL", Word.STOP, Word.ASK_STOP),
    ("End.", Word.STOP, Word.ASK_STOP),
    ("/quit", Word.STOP, Word.ASK_STOP),
    ("start", Word.START, Word.START),
    ("UNSTOP", Word.START, Word.START),
    ("/start", Word.START, Word.START),
    ("/start@Onestep_bot", Word.START, Word.START),
    ("Pause", Word.PAUSE, Word.PAUSE),
    ("pause please", Word.PAUSE, Word.PAUSE),
    ("RESUME", Word.RESUME, Word.RESUME),
    ("coach", Word.COACH, Word.COACH),
    ("HUMAN!", Word.COACH, Word.COACH),
    ("/help", Word.HELP, Word.HELP),
    ("Info?", Word.HELP, Word.HELP),
    ("skip", Word.SKIP, Word.SKIP),
    ("Later", Word.LATER, Word.LATER),
    ("LESS", Word.LESS, Word.LESS),
    ("more", Word.MORE, Word.MORE),
    ("not today", Word.NOT_TODAY, Word.NOT_TODAY),
    ("/not_today", Word.NOT_TODAY, Word.NOT_TODAY),
]
PAUSES = {
    "pause 2 weeks": "2 weeks",
    "PAUSE until Monday": "until monday",
    "pause, till the 3rd": "till the 3rd",
    "Pause - 2wks": "2wks",
    "pause 31/12": "31/12",
    "pause for a bit": "for a bit",
    "pause till monday week": "till monday week",
    "/pause 3 days": "3 days",
    "pause until 9:30am tomorrow": "until 9:30am tomorrow",
}
TALK = [
    "I want to stop drinking", "I stopped drinking", "stop it", "stop the bus", "bus stop",
    "dont stop", "non stop all week", "stopped", "stopping", "stop start",
    "got the coach to Swansea", "my coach said", "the coach", "coach trip", "work coach",
    "coaching", "laters", "later mate", "see you later", "im back on it", "back on it",
    "end of my tether", "the end", "weekend", "end it", "now in a minute", "cancelled",
    "cancel my appointment", "quit my job", "my support worker told me to quit", "i quit",
    "we paused the film", "paused the telly", "pause the telly", "pause and think",
    "pause for thought", "pause button", "paws", "only human", "human after all", "helped",
    "help me with my form", "can you help", "no help", "more of the same", "less stressed",
    "more or less", "much more", "skipped breakfast", "skip to the good bit", "not today satan",
    "didnt start", "start again", "fresh start", "started monday", "resume play", "my cv resume",
    "info about the flat", "carry on", "unsubscribed from netflix", "/", "?", "...",
    "", "   ", "🛑", "\u200b", "stop" * 200, "stop " * 100, "/inform{stop}",
]  # fmt: skip


@pytest.mark.parametrize(("text", "by_sms", "in_chat"), SAID)
def test_a_whole_message_is_the_word(text, by_sms, in_chat):
    """A word sent alone is a command in any case, with stray punctuation or a slash."""
    assert parse_command(text, "sms") == Command(by_sms)
    assert parse_command(text, "telegram") == Command(in_chat)


@pytest.mark.parametrize("text", TALK)
def test_talk_that_holds_a_word_is_no_command(text):
    """Only whole messages count: nobody is silenced by a bus stop or a coach to Swansea."""
    assert [parse_command(text, channel) for channel in Channel] == [None, None]


@pytest.mark.parametrize(("text", "rest"), PAUSES.items())
def test_pause_may_end_on_date_words(text, rest):
    """PAUSE with nothing but date words behind it hands those words on."""
    assert parse_command(text, "sms") == Command(Word.PAUSE, rest)


def test_a_start_link_brings_its_code():
    """The payload of a Telegram deep link keeps its case; by SMS there is no such thing."""
    assert parse_command("/start aB_9-z", "telegram") == Command(Word.START, "aB_9-z")
    assert parse_command("/start aB_9-z", "sms") is None


def test_words_of_the_talk_are_the_bots():
    """SKIP, LATER, LESS, MORE and NOT TODAY go on to the bot; the others never do."""
    assert {word for word in Word if Command(word).for_bot} == FOR_BOT
    assert len(FOR_BOT) == 5


def test_an_unknown_language_or_channel_is_loud():
    """A language without its table cannot be switched on by mistake."""
    with pytest.raises(KeyError):
        parse_command("stop", "sms", languages=("xx",))
    with pytest.raises(ValueError, match="fax"):
        parse_command("stop", "fax")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_word(language):
    """A table without STOP would leave somebody who cannot stop; no word means two things."""
    table = LANGUAGES[language]
    assert set(table.exact) == set(Word) - {Word.ASK_STOP, Word.QUICK_EXIT}
    spellings = [spelling for group in table.exact.values() for spelling in group]
    assert len(spellings) == len(set(spellings))
    assert all(table.in_chat[word] and word in spellings for word in table.in_chat)


@given(st.text(max_size=400))
def test_any_text_is_read_without_an_error(text):
    """Whatever arrives is a command or talk, never an exception."""
    for channel in Channel:
        found = parse_command(text, channel)
        assert found is None or isinstance(found, Command)


@given(
    st.sampled_from([said for said, *_ in SAID if "/" not in said]),
    st.text(alphabet=" .!?*_-\n", max_size=4),
)
def test_stray_marks_change_nothing(said, marks):
    """Full stops, stars and spaces around a word are not part of it."""
    assert parse_command(marks + said + marks, "sms") is not None


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("Yes", True),
        ("yeah, that's me!", True),
        ("yeah that’s me", True),
        ("👍 ok", True),
        ("NO", False),
        ("nah, not me", False),
        ("sorry, wrong number", False),
        ("yes but who is this", None),
        ("no idea what this is", None),
        ("", None),
    ],
)
def test_yes_and_no(text, means):
    """Only the whole of a message is a yes or a no."""
    assert yes_or_no(text) is means


def test_no_word_is_both_yes_and_no():
    """And each is spelled as it is looked up."""
    for table in LANGUAGES.values():
        assert not table.yes & table.no
        assert all(yes_or_no(word) for word in table.yes)
        assert all(yes_or_no(word) is False for word in table.no)


@pytest.mark.parametrize(
    "text",
    ["actually no carry on", "Actually, carry on please", "no wait, keep going", "carry on",
     "oh sorry dont pause", "changed my mind, carry on as normal", "no, I don’t want a break"],
)  # fmt: skip
def test_a_pause_taken_back(text):
    """The whole of a message, with small words around it."""
    assert carries_on(text)


@pytest.mark.parametrize(
    "text",
    ["", "no", "i cant carry on", "carry on without me", "actually no", "dont carry on",
     "he wont stop, i want to carry on but i cant", "i want to start again somewhere else"],
)  # fmt: skip
def test_what_takes_no_pause_back(text):
    """Anything that says more than that is kept, and the pause stays."""
    assert not carries_on(text)


@pytest.mark.parametrize(
    "text",
    ["can i talk to someone else", "anyone but Ana", "not Ana please", "Somebody else, pls!",
     "i dont want to talk to my coach", "a different worker please", "can her boss ring me",
     "i’d rather not speak to ana", "someone who isnt ana", "not her, can i have another coach"],
)  # fmt: skip
def test_who_wants_another_than_their_coach(text):
    """By name or not; a hand-off to the one not wanted would be worse than none."""
    assert wants_another(text, "Ana")


@pytest.mark.parametrize(
    "text",
    ["coach", "human", "", "can ana ring me", "i cant cope can ana ring me", "no ana please",
     "im not ok, can my coach call", "dont feel right, need ana", "get Ana to ring, not urgent",
     "this isnt working, need to talk to ana", "wouldnt mind a call from ana"],
)  # fmt: skip
def test_who_wants_their_own_coach(text):
    """A "not" that is about something else leaves it with the coach."""
    assert not wants_another(text, "Ana")
