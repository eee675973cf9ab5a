"""What must hold over every conversation of a simulated person."""

import json
import re
from collections import Counter, defaultdict
from zoneinfo import ZoneInfo

from onestep.content import find_breaches
from onestep.content.conduct import quote_breach
from onestep.content.gsm import is_gsm7, segments
from onestep.domain.budget import ASKS, ConversationKind, Length
from onestep.storage import sealed
from onestep.storage.models import ContactTerms, Conversation, Message
from tests.conversations.playing import failures

LARGEST_STATE = 4096
PUSHES_AT_MOST = 2
QUOTED = re.compile(r"[“\"][^”\"]*[”\"]")
ZONE = ZoneInfo("Europe/London")
PEOPLE = ("Rhys", "Jade", "Donna", "Maureen", "kelly", "Dave", "Leeds")
# Not in the budget: part of another question, or asked because the client asked for something.
FREE = {
    "consent_again", "first_cost_begin", "hopes_loss", "offer_coach", "worry_offer",
    "correction_ask", "times_ask", "delete_sure", "ask_leave_it", "start_again", "came_back",
    "relapse_or_resume", "ask_step_easy", "ask_step_more", "ask_step_much", "ask_step_smaller",
    "ask_step_help", "stop_or_no", "ended_wrote", "pause_ask_when", "ask_rating_area",
}  # fmt: skip
TELLS = {"ask_how": "how", "ask_helped": "helped", "ask_who": "who", "ask_who_person": "who",
         "ask_difference": "difference"}  # fmt: skip


def faults(life):
    """Everything that must not be, one line each: "kind: what"."""
    found = [f"failed turn: {one}" for one in failures(life.talk)]
    found += [f"conduct: {one}" for one in _conduct(life)]
    found += _states(life)
    found += _stops(life)
    found += _messages(life)
    found += _talks(life)
    return found


def _conduct(life):
    lines = life.talk.lines(hard=life.hard)
    for found in find_breaches(lines, people=PEOPLE):
        around = " / ".join(line.text for line in lines[max(0, found.line - 1) : found.line + 1])
        yield f"{found.breach} [{around}]"


def _states(life):
    for asked, answer in life.talk.recorder.turns:
        if isinstance(answer, Exception):
            continue
        size = len(json.dumps(answer.state, separators=(",", ":")))
        if size > LARGEST_STATE:
            yield f"state: {size} bytes after {asked.turn_id}"


def _stops(life):
    """Nothing goes out from the step after the stop on, until START."""
    for step, before, said in life.steps:
        if before == "stopped" and said.contact == "stopped" and said.texts:
            yield f"after stop: {said.texts} on {step}"


def _messages(life):
    with life.talk.app.db.read() as session:
        rows = life.talk._rows(session, Message, Message.channel != "story")
        for row in rows:
            if row.direction == "out" and row.coach_id is None:
                yield from _message(session, row)


def _message(session, row):
    text = sealed.message_text(session, row)
    ours = QUOTED.sub("", text)
    if ours.count("?") > 1:
        yield f"questions: {ours.count('?')} in one message: {text}"
    if row.channel == "sms":
        fixed = any(one["say"].startswith("concern_now") for one in row.said or [])
        if not is_gsm7(text):
            yield f"sms: outside GSM-7: {text}"
        elif segments(text).count > 2 and not fixed:
            yield f"sms: {segments(text).count} segments: {text}"
    if row.kind == "check_in" and not 9 <= row.at.astimezone(ZONE).hour < 21:
        yield f"hours: a check-in at {row.at.astimezone(ZONE):%H:%M}"


def _talks(life):
    """Budget, pushes and quotes, by conversation."""
    with life.talk.app.db.read() as session:
        length = Length(session.get_one(ContactTerms, life.talk.client_id).length)
        talks = {row.id: row for row in life.talk._rows(session, Conversation)}
        messages = life.talk._rows(session, Message, Message.direction == "out")
        kept = {
            row.id: sealed.message_text(session, row)
            for row in life.talk._rows(session, Message, Message.direction == "in")
        }
    asked = defaultdict(list)
    for row in messages:
        asked[row.conversation_id] += [one["say"] for one in row.said or [] if _asks(one["say"])]
    for id_, keys in asked.items():
        if id_ in talks and talks[id_].kind != "story":
            yield from _budget(talks[id_], keys, length)
    yield from _quotes(life, kept)


def _asks(key):
    return key.startswith("ask_") or key in FREE


def _base(key):
    for ending in ("_again", "_beside", "_kept", "_opener"):
        key = key.removesuffix(ending)
    return key.replace("ask_who_person", "ask_who")


def _budget(talk, keys, length):
    counted = Counter(_base(key) for key in keys if key not in FREE and _base(key) not in FREE)
    allowed = ASKS[ConversationKind(talk.kind), length]
    if len(counted) > allowed:
        yield f"budget: {len(counted)} questions of {allowed} in a {talk.kind}: {keys}"
    for base, times in counted.items():
        if times > PUSHES_AT_MOST:
            yield f"push: {base} {times} times in one {talk.kind}: {keys}"


def _quotes(life, kept):
    for _, answer in life.talk.recorder.turns:
        if isinstance(answer, Exception):
            continue
        for reply in answer.replies:
            span = reply.values.get("quote")
            if not span:
                continue
            quote = kept.get(span["ref"], "")[span["start"] : span["end"]]
            reason = quote_breach(quote)
            if reason:
                yield f"quote: {reason}: {quote!r}"
            if any(quote in text for text in life.hard):
                yield f"quote: of something hard: {quote!r}"


def told_again(life):
    """Check-ins held, and those in which something was asked that had been told (our labels)."""
    with life.talk.app.db.read() as session:
        talks = [row for row in life.talk._rows(session, Conversation) if row.kind == "check_in"]
        rows = life.talk._rows(session, Message, Message.channel != "story")
        rows.sort(key=lambda row: (row.at, row.id))
        texts = {row.id: sealed.message_text(session, row) for row in rows}
    held, again = 0, []
    for one in talks:
        inside = [row for row in rows if row.conversation_id == one.id]
        if not any(row.direction == "in" for row in inside):
            continue
        held += 1
        told = set()
        for row in inside:
            if row.direction == "in":
                told |= life.tells.get(texts[row.id], set())
            else:
                again += [
                    f"{say['say']} asked though told: {texts[row.id]}"
                    for say in row.said or []
                    if TELLS.get(say["say"].removesuffix("_again")) in told
                ]
    return held, again
