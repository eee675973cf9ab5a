"""Short messages that mean one thing whatever the language model says."""

from __future__ import annotations

import re

# Whole messages only, compared without case, apostrophes and end punctuation.
# Requests a short message makes for certain: they win over any open question.
REQUESTS: dict[str, str] = {
    "skip": "skip", "pass": "skip", "next": "skip", "next one": "skip", "skip it": "skip",
    "skip that": "skip", "next question": "skip",
    "who cares": "skip",
    "none of your business": "skip", "mind your own business": "skip", "not telling you": "skip",
    "id rather not say": "skip", "rather not say": "skip",
    "test": "small_talk", "testing": "small_talk", "this is a test": "small_talk",
    "leave it": "skip",
    "stop asking": "not_today",
    "stop asking me": "not_today",
    "stop asking me questions": "not_today",
    "enough questions": "not_today",
    "later": "later", "ask me later": "later", "not now": "later", "now in a minute": "later",
    "not today": "not_today", "less": "less", "more": "more",
    "laters": "bye", "bye": "bye", "see ya": "bye", "ttfn": "bye", "night": "bye",
    "pause": "pause", "resume": "resume", "stop": "stop", "help": "help", "info": "help",
    "coach": "ask_coach", "human": "ask_coach", "someone else": "ask_someone_else",
    "who sees this": "ask_who_reads", "who reads this": "ask_who_reads",
    "is this private": "ask_who_reads", "who has seen my words": "who_saw", "who saw": "who_saw",
    "does the dwp see this": "ask_dwp", "does dwp see this": "ask_dwp",
    "is there anyone there": "ask_robot", "is anyone there": "ask_robot",
    "anyone there": "ask_robot", "is anybody there": "ask_robot", "anybody there": "ask_robot",
    "is someone there": "ask_robot", "is someone reading this": "ask_robot",
    "is anyone reading this": "ask_robot", "are you there": "ask_robot",
    "are you a robot": "ask_robot", "are you real": "ask_robot", "is this a robot": "ask_robot",
    "what have i told you": "show_record", "my words": "show_record", "my plan": "show_plan",
    "change that": "correct_that", "thats wrong": "correct_that",
    "change times": "change_times", "delete": "delete_record", "no credit": "no_credit",
    "thanks": "thanks", "ta": "thanks", "cheers": "thanks", "thank you": "thanks",
    "im back": "greet", "im back now": "greet", "back again": "greet", "i am back": "greet",
    "who is this": "ask_who_is_this", "whos this": "ask_who_is_this", "wrong number": "not_me",
}  # fmt: skip

# Answers that say little, and are good answers all the same.
ANSWERS: dict[str, str] = {
    "dunno": "dont_know", "dont know": "dont_know", "i dont know": "dont_know",
    "idk": "dont_know", "not sure": "dont_know", "no idea": "dont_know",
    "dno": "dont_know", "hard to say": "dont_know", "cant think": "dont_know",
    "cant think of anything": "dont_know", "cant think of owt": "dont_know",
    "dunno really": "dont_know", "not a clue": "dont_know", "couldnt say": "dont_know",
    "nothing": "nothing", "nothin": "nothing", "nowt": "nothing", "nuffin": "nothing",
    "nout": "nothing", "none": "nothing", "not much": "nothing", "nothing really": "nothing",
    "not really anything": "nothing", "not a lot": "nothing", "nothing much": "nothing",
    "nothing comes to mind": "nothing",
    "no one": "no_one", "noone": "no_one", "nobody": "no_one", "no 1": "no_one",
    "no one really": "no_one", "nobody really": "no_one", "just me": "no_one",
    "alright": "normal", "all right": "normal", "not bad": "normal", "not too bad": "normal",
    "fine": "normal", "im fine": "normal", "im ok": "normal", "im alright": "normal",
    "normal": "normal", "the usual": "normal", "cant complain": "normal", "usual": "normal",
    "same": "same", "the same": "same", "no change": "same", "same as last time": "same",
    "yes": "yes", "yeah": "yes", "yep": "yes", "yh": "yes", "ye": "yes", "aye": "yes",
    "yes please": "yes", "go on then": "yes", "go on": "yes", "sure": "yes",
    "cancel": "no", "end": "no", "quit": "no",  # in a chat; by SMS they never come here
    "no": "no", "nah": "no", "nope": "no", "no thanks": "no", "naw": "no", "na": "no",
    "ok": "ok", "okay": "ok", "k": "ok", "kk": "ok", "cool": "ok", "right": "ok",
}  # fmt: skip

# Longer messages that hold these words are told things.
RELAPSE_WORDS, STRIKE_WORDS, PERSON_WORDS, DONE_WORDS, NOT_TODAY_WORDS = 6, 10, 10, 16, 6
CALLS_OFF = frozenset({"cancel", "end", "quit"})
_DROP = re.compile(r"['’‘`]")
_EDGES = re.compile(r"^[^\w]+|[^\w]+$")
_BACK = r"^((yeah|well|ok|so) )?(i|im|i am|ive)?\s*(gone |been |am )?(right |straight )?back on"
_BACK_ON_IT = re.compile(rf"{_BACK} (it|one)\b|{_BACK}( now| again| today| tonight| tbh)*$")
_PHONE_BACK = re.compile(
    r"(ive |just |have |finally |got )*topped ((up )?(it|me ?self|myself|(my|me) ?phone) ?)?(up)?"
    r"( now| again)?$|"
    r"(my |me |the |got )?(phone|fone|credit|data|wifi|signal|internet)( is|s)? "
    r"(back|on|working|sorted)( on)?( now| again)?$"
)
_DONE_WITH_US = re.compile(
    r"\b(done|finished|through) with (this|these|you lot|"
    r"(the|these|your) (texts?|messages?|check ?ins?|questions?))\b|"
    r"\b(dont|do not|no longer) (really |actually )?need (this|these|you|you lot|"
    r"(the|these|your) (texts?|messages?|check ?ins?))( \w+)? (any ?more|no more|now)\b"
)
_ASKED = re.compile(
    r"(pls |please |hi |hiya )?"
    r"(can|could|may|will|id like|i want|i wanna|i need|want|need|wanna|get|tell|ask)\b"
)
_NEEDS = re.compile(
    r"(i )?(need|want|wanna|get me) (to )?(a |an |my |the )?(real |actual |proper )*"
    r"(person|human|human being|coach)$"
)
_TALK = r"\b(talk|speak|ring|call|phone|chat|see)\b"
_RING = r"\b(ring|call|phone|talk|speak)\b"
_NOT_THEN = re.compile(
    r"(pls |please )?(dont|do not|never|no) (text|txt|message|msg|texts|messages|ring|call)\b.*"
    r"\b(after|before|at|on|when|while|between|until|till|past|in the)\b"
)
_OTHER_HAND = re.compile(
    r"\b(text|texting|txting|message|messaging|ringing) (my|his|her) "
    r"(wife|husband|girlfriend|boyfriend|partner|son|daughter|mum|mother|dad|sister|brother)\b"
)
_WHO = re.compile(
    r"(sorry |hi |hello |er |um |hang on |new phone |aye )*"
    r"((who|whos|what|whats)( is| are|s)? (this|dis|it|that|dat|you|u)\b|"
    r"(who|whos|who is|who keeps|who sent|who just) (this|texting|messaging|texted|messaged|it)\b|"
    r"(whose|whos) (number|phone) is (this|it)\b)"
)
_QUESTION = re.compile(
    r"(what|whats|who|whos|why|how|hows|where|wheres|when) "
    r"(is|are|do|does|did|can|could|will|would|made|about|the|your|ur|u|you|time)\b"
)
_TO_US = re.compile(r"\b(you|u|ur|your|youre|yous)\b")
_ASKS = re.compile(
    r"(what|who|why|how|where|when|is|are|do|does|did|can|could|will|would|have|has|shall)\b"
)
_CROSS = re.compile(
    r"(why|what) (do|are|d|r) (you|u|ya|yous) (always |keep |even |still )*"
    r"(ask|asking|bother|bothering|text|texting|want|on about)\b"
)
_UNSAID = re.compile(
    r"\b(dont|do not|please dont|didnt want to|not) (tell|show|let) "
    r"(my coach|\w+|anyone|anybody|her|him|them)( that| this| know| see)"
)


def plain(text: str) -> str:
    """A message without case, apostrophes and outer punctuation, for whole-message look-ups."""
    return " ".join(_EDGES.sub("", _DROP.sub("", text.lower())).split())


def request_in(text: str) -> str | None:
    """The request a whole short message makes, or None."""
    words = plain(text).removesuffix(" please").removesuffix(" pls")
    return REQUESTS.get(words)


def answer_in(text: str) -> str | None:
    """The little answer a whole short message gives, or None; signs alone count as "ok"."""
    if text.strip() and not any(mark.isalnum() for mark in text):
        return "ok"
    return ANSWERS.get(plain(text))


def not_today(text: str) -> bool:
    """Whether it begins with a plain "not today", and says little else."""
    words = plain(text).removeprefix("nah ").removeprefix("no ").removeprefix("sorry ")
    return words.startswith("not today") and len(words.split()) <= NOT_TODAY_WORDS


def not_then(text: str) -> bool:
    """Whether it says when not to text: a matter of safety, maybe, and passed on at once."""
    return bool(_NOT_THEN.match(plain(text)))


def somebody_elses_hand(text: str) -> bool:
    """Whether another person writes: "why do you text my wife"."""
    return bool(_OTHER_HAND.search(plain(text)))


def asks_who_this_is(text: str) -> bool:
    """Whether the whole of it asks who this is; "who says i am" does not."""
    return bool(_WHO.match(plain(text)))


def asks_us(text: str) -> bool:
    """Whether it asks us something, and so tells nothing."""
    words = plain(text)
    marked = text.rstrip().endswith("?") and bool(_TO_US.search(words) or _ASKS.match(words))
    return marked or bool(_QUESTION.match(words))


def wants_a_person(text: str, coach: str) -> bool:
    """Whether it asks for the coach by name or for somebody, to talk, ring or meet."""
    words = plain(text)
    who = rf"\b(coach|someone|somebody|human|person|{re.escape(plain(coach)) or 'coach'})\b"
    if len(words.split()) > PERSON_WORDS or not _ASKED.match(words):
        return False
    if _NEEDS.match(words):
        return True
    return bool(re.search(rf"{_TALK}.*{who}|{who}.*{_RING}", words))


def cross_with_us(text: str) -> bool:
    """Whether it is angry at being asked ("why do you keep asking me this"), not at their week."""
    return bool(_CROSS.match(plain(text)))


def relapse_or_resume(text: str) -> bool:
    """Whether it says "im back on it": a relapse or a wish to go on, so it is asked softly."""
    words = plain(text)
    return len(words.split()) <= RELAPSE_WORDS and bool(_BACK_ON_IT.match(words))


def phone_is_back(text: str) -> bool:
    """Whether it only says that their phone works again: nothing to ask about, but hello."""
    return bool(_PHONE_BACK.fullmatch(plain(text)))


def done_with_us(text: str) -> bool:
    """Whether it says "I'm done with this": moved on, fed up or worse, so it is asked once."""
    words = plain(text)
    return len(words.split()) <= DONE_WORDS and bool(_DONE_WITH_US.search(words))


def asks_to_strike(text: str) -> bool:
    """Whether it says "don't tell my coach that": the last entry is taken from their sight."""
    words = plain(text)
    return len(words.split()) <= STRIKE_WORDS and bool(_UNSAID.search(words))
