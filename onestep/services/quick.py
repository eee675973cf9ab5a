"""What the application answers by itself, without the bot: commands, quiet states, blanks.

STOP, PAUSE, RESUME, COACH and HELP never need the bot; nor does silence.
"""

from collections.abc import Callable, Mapping

from onestep.content import Prompt, Reply
from onestep.domain import command_values as v
from onestep.domain import commands as c
from onestep.domain.budget import ConversationKind, Length, asks_allowed
from onestep.domain.errors import TransitionRefused
from onestep.domain.permission import SendKind
from onestep.domain.words import parse_command, wants_another
from onestep.domain.words_table import Word
from onestep.services import (
    apply_contact,
    apply_person,
    checkin,
    concern,
    hand_off,
    quick_exit,
    quiet,
    ring_me,
    stray_number,
)
from onestep.services.choose import chosen
from onestep.services.scope import Scope
from onestep.services.speak import speak
from onestep.storage import talk
from onestep.storage.inbox import Claim
from onestep.storage.models import Inbox


def answer(scope: Scope, claim: Claim) -> bool:
    """Answers the claim when no bot is needed; false when it is the bot's to answer."""
    first = claim.rows[0]
    by = _answer(scope, first)
    if by is None:
        return False
    quiet.keep_turn(scope, by)
    for message in scope.messages:
        message.turn_id = scope.turn_id
    kind = scope.notice or SendKind.REPLY
    speak(scope, scope.says, kind=kind)
    if scope.cut_off and scope.address is not None:
        scope.address.state = "cut_off"
    return True


def _answer(scope: Scope, first: Inbox) -> str | None:
    if first.kind == "event":
        return checkin.refuse_event(scope, first)
    if first.kind == "command" and _command(scope, first):
        return "application"
    if first.kind == "call":
        return ring_me.ask_to_be_rung(scope)
    if scope.with_a_person:
        hand_off.relay_in(scope)
        return "relay"
    stale = first.kind == "choice" and first.body["pressed"] and chosen(scope, first) is None
    if stale or quick_exit.silent(scope):
        return "application"  # a stale button is harmless; nothing is said
    answered = _by_state(scope, first) or _stop_or_no(scope, first)
    answered = answered or stray_number.answer(scope, first)
    answered = answered or (first.kind == "text" and _blank(scope))
    return "application" if answered else None


def _by_state(scope: Scope, first: Inbox) -> bool:
    """Whether a person was asked, or they said no or asked for quiet: answered by that alone."""
    if concern.waits_for_a_person(scope):
        concern.keep_for_alert(scope)
        return True
    if scope.client.enrolment == "declined":
        return quiet.declined(scope)
    return quiet.answer(scope, first)


def _command(scope: Scope, row: Inbox) -> bool:
    word = Word(str(row.body["command"]))
    scope.stop_confirmed = bool(row.body.get("stop_confirmed"))
    try:
        return COMMANDS[word](scope)
    except TransitionRefused:
        return False  # such as START from someone who never stopped: an ordinary message


def _stop(scope: Scope) -> bool:
    apply_contact.stop(scope, c.Stop())
    return True


def _pause(scope: Scope) -> bool:
    text = scope.words(scope.refs)
    command = parse_command(text, scope.channel)
    # Asked for in other words, the whole message may hold the date: "leave me till monday".
    apply_contact.pause_until(scope, command.rest if command else text)
    return True


def _resume(scope: Scope) -> bool:
    apply_contact.resume(scope, c.Resume())
    return True


def _start(scope: Scope) -> bool:
    apply_contact.start(scope)
    return True


def _coach(scope: Scope) -> bool:
    if scope.with_a_person:
        return False  # a person is asked for already: this line goes to them like any other
    another = wants_another(scope.words(scope.refs), scope.coach)
    to = v.HandOffTo.SOMEONE_ELSE if another else v.HandOffTo.COACH
    apply_person.request_hand_off(scope, c.RequestHandOff(to=to, words=scope.refs))
    return True


def _exit(scope: Scope) -> bool:
    quick_exit.leave(scope)
    return True


def _help(scope: Scope) -> bool:
    if quick_exit.silent(scope):
        return True
    scope.notice = SendKind.CONFIRMATION
    scope.say("answer_help")
    return True


def _ask_stop(scope: Scope) -> bool:
    """CANCEL, END, QUIT on Telegram: a no to the open question; else asked about once."""
    if talk.open_prompt(scope.session, scope.client.id) is not None:
        return False
    prompt = Prompt(id=f"{scope.turn_id}:stop_or_no", asks="stop_or_no")
    scope.says.append(Reply(say="stop_or_no", prompt=prompt, choices=("stop", "carry_on")))
    return True


def _stop_or_no(scope: Scope, row: Inbox) -> bool:
    """The answer to our own question about CANCEL, END or QUIT: the bot knows nothing of it."""
    picked = chosen(scope, row) if row.kind == "choice" else None
    typed = "carry on" in scope.words(scope.refs).casefold() if row.kind == "text" else False
    if picked is None and not typed:
        return False  # before the question is looked up: so it is in nearly every turn
    prompt = talk.open_prompt(scope.session, scope.client.id)
    if prompt is None or prompt.asks != "stop_or_no":
        return False
    talk.close_prompt(scope.session, scope.client.id)
    if picked is not None and picked.key == "stop":
        return _stop(scope)
    scope.say("carries_on")
    return True


COMMANDS: Mapping[Word, Callable[[Scope], bool]] = {
    Word.STOP: _stop,
    Word.PAUSE: _pause,
    Word.RESUME: _resume,
    Word.START: _start,
    Word.COACH: _coach,
    Word.HELP: _help,
    Word.QUICK_EXIT: _exit,
    Word.ASK_STOP: _ask_stop,
}


def _blank(scope: Scope) -> bool:
    """Nothing to read: no letters and no digits in any of the messages."""
    text = "".join(scope.texts.values())
    if any(letter.isalnum() for letter in text):
        return False
    if not text.strip():
        scope.say("empty_message")
    elif _asked(scope) and not quiet.told_lately(scope, "only_emoji"):
        scope.say("only_emoji")
    return True


def _asked(scope: Scope) -> bool:
    return talk.open_prompt(scope.session, scope.client.id) is not None


def ensure_conversation(scope: Scope, first: Inbox) -> None:
    """Something the client began gets a conversation of its own, with its own small budget."""
    if scope.conversation is None and first.kind != "event":
        allowed = asks_allowed(ConversationKind.UNPROMPTED, Length(scope.terms.length))
        scope.conversation = talk.begin_conversation(
            scope.session,
            client_id=scope.client.id,
            kind="unprompted",
            asks_left=allowed,
            now=scope.now,
        )


def close_if_over(scope: Scope) -> None:
    """What the client began is over when nothing is asked any more."""
    going_on = scope.conversation
    if going_on is None or going_on.kind != "unprompted" or going_on.state != "open":
        return
    if talk.open_prompt(scope.session, scope.client.id) is None:
        talk.end_conversation(
            scope.session, client_id=scope.client.id, how="completed", now=scope.now
        )
