"""Says something about a client to a coach, on every way that reaches them.

The client's words go to Telegram alone, and only where the service allows words there (security
page, S11). On every other way, and everywhere else, it is a reference and where to look.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from onestep.services import staff, where
from onestep.services.app import App
from onestep.storage import coach_lines, rota, sealed
from onestep.storage.models import Address, Client, Coach, CoachLine, HandOff, Message

WITH_WORDS = "telegram"
ONE_NOTICE_IN = timedelta(minutes=1)  # of the same hand-off, where it brings no words
LETTERS = 6  # of a reference: the end of an id, which is random


@dataclass(frozen=True)
class About:
    """What a line to a coach is about. `carries`: the client's message whose words it brings."""

    client: Client
    hand_off: HandOff | None = None
    carries: str | None = None

    @property
    def ref(self) -> str:
        """What a notice calls it: it tells nobody who it is about."""
        return (self.hand_off.id if self.hand_off else self.client.id)[-LETTERS:]


def tell(
    app: App,
    session: Session,
    coach: Coach,
    about: About,
    *,
    words: str,
    notice: str,
    now: datetime,
    choices: Sequence[tuple[str, str]] = (),
) -> None:
    """Queues `words` where words may go, and `notice` with its reference and link elsewhere.

    A coach whom nothing reaches is a line for the operator; the pages show it all the same.
    """
    found = rota.ways(session, coach.id)
    for address in found:
        spoken = app.words_to_coaches and address.channel == WITH_WORDS
        due = now if spoken else _when(session, address, about, now)
        if due is None:
            continue
        text = words if spoken else _notice(app, about, notice)
        for part in app.parts(address.channel, text):
            message_id = staff.queue(
                session,
                address,
                part,
                now=now,
                due=due,
                lane="ordinary",
                choices=choices if spoken else (),
            )
            coach_lines.note(
                session,
                message_id,
                coach_id=coach.id,
                client_id=about.client.id,
                hand_off_id=about.hand_off.id if about.hand_off else None,
                carries=about.carries if spoken else None,
                now=due,
            )
    if not found:
        staff.nothing_reaches(coach.id)


def label(session: Session, about: About) -> str:
    """Whom it is about, as a coach reads it where words may go: a name and the reference."""
    called = sealed.called_or_none(session, about.client) or "A client"
    return f"{called} ({about.ref})"


def _notice(app: App, about: About, notice: str) -> str:
    link = where.thread(app, about.client.id)
    return "\n".join([f"Onestep: {notice} Ref {about.ref}.", *([link] if link else [])])


def _when(session: Session, address: Address, about: About, now: datetime) -> datetime | None:
    """When a bare notice goes: a moment after the last of the same; none while one waits."""
    if about.carries is None or about.hand_off is None:
        return now
    last = session.scalar(
        select(func.max(CoachLine.at))
        .join(Message, Message.id == CoachLine.message_id)
        .where(CoachLine.hand_off_id == about.hand_off.id, CoachLine.carries.is_(None))
        .where(Message.address_id == address.id)
    )
    if last is None or last <= now - ONE_NOTICE_IN:
        return now
    return None if last > now else last + ONE_NOTICE_IN
