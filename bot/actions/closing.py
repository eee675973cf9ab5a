"""How a talk ends: one line that needs no answer, and a clean slate."""

from __future__ import annotations

from actions.talk import ABOUT_A_NOTICING, Talk

# Settings are offered later than first contact: one a check-in, each once, and asking nothing.
OFFERS = ("offer_times", "offer_often", "offer_pause")


def close(talk: Talk) -> None:
    """Say the close that fits, end the check-in, and forget the talk's slots."""
    form, quiet = talk.get("talk_kind"), talk.get("closing") is not None
    if form == "check_in_form":
        _close_check_in(talk, quiet=quiet)
    elif form == "first_contact_form" and not quiet:
        talk.say("close_first_contact")
    elif form == "talk_form" and not quiet:
        _close_talk(talk)
    talk.clear()


def _close_check_in(talk: Talk, *, quiet: bool) -> None:
    if not quiet:
        _offer_a_setting(talk)
        talk.say("close_hard" if _hard(talk) else "close")
    how = {None: "completed", "handed": "completed", "left_open": "left_open"}.get(
        talk.get("closing")
    )
    if how:
        talk.order("end_check_in", how=how, until_they_write=False)
    if talk.settled("step") or talk.settled("keep"):
        talk.set(last_end="step" if talk.settled("step") else "keep")
    if talk.settled("who") or talk.settled("difference"):
        talk.set(last_67="who" if talk.settled("who") else "difference")


def _offer_a_setting(talk: Talk) -> None:
    offered = int(talk.get("offered") or 0)
    gently = _hard(talk) or bool(talk.turn.context.get("last_hard"))
    if offered < len(OFFERS) and not gently:
        talk.say(OFFERS[offered])
        talk.set(offered=offered + 1)


def _close_talk(talk: Talk) -> None:
    """After a noticing's one question a short close; chat and matters passed on need none."""
    if _hard(talk):
        talk.say("close_hard")
    elif talk.get("mood") == "better" and any(map(talk.settled, ABOUT_A_NOTICING)):
        talk.say("close_wrote")


def _hard(talk: Talk) -> bool:
    return talk.get("mood") in {"hard", "loss"} or bool(talk.get("gentle"))
