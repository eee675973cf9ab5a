"""Made-up coaches with phones: the clients' own, who stands in, and a lead who is on call."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from onestep.storage import clients
from onestep.storage.base import new_id
from onestep.storage.models import Coach, Cover, OnCall

# A demo is looked at on any day and at any hour, and somebody is there.
ALWAYS = [[day, "00:00", "00:00"] for day in range(7)]
ON_CALL_FOR = timedelta(days=3650)  # the demo's clock can be moved on by weeks


@dataclass(frozen=True)
class Phone:
    """One made-up coach and their phone."""

    name: str
    role: str
    phone: str
    about: str


ANA = Phone("Ana", "coach", "9001", "everybody’s coach")
CAI = Phone("Cai", "coach", "9002", "stands in for Ana")
BEA = Phone("Bea", "lead", "9003", "lead, and on call")
PHONES = (ANA, BEA, CAI)


def add_coach(session: Session, *, now: datetime) -> Coach:
    """Adds the clients' own coach, with her phone."""
    return _add(session, ANA, now)


def add_others(session: Session, coach: Coach, *, now: datetime) -> None:
    """Adds who stands in for her, and a lead who is on call at every hour."""
    deputy, lead = _add(session, CAI, now), _add(session, BEA, now)
    session.add(Cover(id=new_id(), coach_id=coach.id, deputy_id=deputy.id, position=1))
    begins, ends = now - timedelta(days=1), now + ON_CALL_FOR
    session.add(OnCall(id=new_id(), coach_id=lead.id, begins_at=begins, ends_at=ends))
    session.flush()


def _add(session: Session, phone: Phone, now: datetime) -> Coach:
    since = now - timedelta(days=90)
    coach = clients.add_coach(session, name=phone.name, now=since, role=phone.role)
    coach.hours = ALWAYS
    address = clients.add_address(
        session, client_id=None, channel="telegram", value=phone.phone, now=since
    )
    address.coach_id = coach.id
    return coach
