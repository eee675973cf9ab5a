"""What the application tells: a check-in is due, a pause is over, a hand-off was closed."""

from __future__ import annotations

from actions.talk import Talk

# After two check-ins without an answer, ask whether to leave it.
LEAVE_IT_AFTER = 2


def begin(talk: Talk, event: str) -> None:
    """Clear the talk and set what the form that follows opens with."""
    talk.clear()
    if event == "first_contact":
        talk.set(talk_kind="first_contact_form")
        talk.say("first_what")
        talk.say("first_who_reads")
    elif event == "check_in_due":
        _begin_check_in(talk)
    else:
        talk.set(talk_kind="talk_form", service="start_again")
        talk.set(came_back=True if event == "came_back" else None)


def _begin_check_in(talk: Talk) -> None:
    talk.set(
        talk_kind="check_in_form",
        since_scale=int(talk.get("since_scale") or 0) + 1,
        who_rest=max(0, int(talk.get("who_rest") or 0) - 1) or None,
    )
    if int(talk.turn.context.get("unanswered") or 0) >= LEAVE_IT_AFTER:
        talk.set(service="leave_it")


def happened(talk: Talk, event: str) -> None:
    """Events that need a word at most; an open question is let go, never repeated."""
    if event in {"hand_off_closed", "not_a_concern"}:
        talk.clear()
        talk.say(event)
    elif event == "session_over":
        talk.order("stay_silent")
    else:
        talk.say("loop_gone")
