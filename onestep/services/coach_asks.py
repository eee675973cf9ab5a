"""Asks a coach, on their phone, which client something is for; the answer sends it once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from onestep.services import staff
from onestep.services.to_coach import About, label
from onestep.storage import coach_lines
from onestep.storage.models import Address, Client, Coach, CoachLine, HandOff, HandOffCoach

AT_MOST = 8  # buttons under one question
GOOD_FOR = timedelta(minutes=30)  # a talk has gone on by then
BACK = "back:"  # a button that hands back, not one that sends
WHICH = "Who is this for? It has gone to nobody so far."
WHICH_BACK = "Whose conversation do you want to hand back?"
NOBODY = (
    "This has gone to nobody: you are in no conversation. Reply to a line of a client's, and it "
    "goes to them."
)


def theirs(session: Session, coach_id: str) -> Sequence[tuple[Client, HandOff]]:
    """The conversations this coach is in, or is asked for, the oldest first."""
    joined = exists().where(
        HandOffCoach.hand_off_id == HandOff.id, HandOffCoach.coach_id == coach_id
    )
    asked = (HandOff.state == "requested") & (HandOff.coach_id == coach_id)
    rows = session.execute(
        select(Client, HandOff)
        .join(HandOff, HandOff.client_id == Client.id)
        .where(HandOff.state != "closed", or_(joined, asked))
        .order_by(HandOff.id)
    )
    return [(client, found) for client, found in rows]


def ask_which(
    session: Session,
    coach: Coach,
    address: Address,
    *,
    message_id: str | None,
    now: datetime,
) -> None:
    """Asks whom the coach's message is for, or, where that is None, whom to hand back."""
    offered = theirs(session, coach.id)[:AT_MOST]
    if not offered:
        staff.queue(session, address, NOBODY, now=now, lane="ordinary")
        return
    back = BACK if message_id is None else ""
    choices = [
        (f"{back}{client.id}", label(session, About(client, found))) for client, found in offered
    ]
    question = WHICH if message_id else WHICH_BACK
    asked = staff.queue(session, address, question, now=now, lane="ordinary", choices=choices)
    coach_lines.note(session, asked, coach_id=coach.id, asks_about=message_id, now=now)


def taken_up(line: CoachLine, now: datetime) -> str | None:
    """The coach's message that this question was about, now answered; None when it is too late.

    Answered once, it is over: a second press sends nothing.
    """
    message_id, line.asks_about = line.asks_about, None
    return message_id if now - line.at <= GOOD_FOR else None
