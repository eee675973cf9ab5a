"""Accounts of coaches: invited by a link that works once, set up by its owner, ended by a lead."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from onestep.services import passwords, second_proof
from onestep.services.app import App
from onestep.services.errors import AccountRefused, NoSuchCoach
from onestep.storage import access, audit, clients, sealed
from onestep.storage.database import Database
from onestep.storage.models import Client, Coach, SignIn

ACCOUNT = "account"  # the kind of link
GOOD_FOR = timedelta(days=3)
LONGEST_NAME = 60


@dataclass(frozen=True)
class Begun:
    """An account that is being set up: whose, and the secret of its second proof."""

    coach_id: str
    name: str
    lead: bool
    secret: str


@dataclass(frozen=True)
class Chosen:
    """What whoever follows the link has chosen, and the digits that show their app works."""

    name: str
    password: str
    code: str


@dataclass(frozen=True)
class Colleague:
    """One coach or lead, as a lead sees them on the service's page."""

    id: str
    name: str
    lead: bool
    active: bool
    can_sign_in: bool
    clients: int


def link_for_lead(db: Database, name: str, *, now: datetime) -> str:
    """The token of a link for the lead of this name, who is added, or made one, where need be.

    For whoever has the machine: the first lead has nobody to be invited by. Raises AccountRefused.
    """
    with db.write() as session:
        coach = _called(session, name) or _added(session, name, lead=True, now=now)
        coach.role = "lead"
        token = _link(session, coach, now)
        audit.record(session, who=audit.OPERATOR, what="invited_lead", whom=coach.id, now=now)
        return token


def has_lead(db: Database) -> bool:
    """Whether any lead can sign in."""
    with db.read() as session:
        return access.lead_can_sign_in(session)


def invite_coach(app: App, name: str, *, lead: bool, by: str, now: datetime) -> str:
    """The token of a link for a new coach or lead. Raises AccountRefused for a name there is."""
    with app.db.write() as session:
        if _called(session, name) is not None:
            raise AccountRefused("There is somebody of this name: clients must tell them apart.")
        coach = _added(session, name, lead=lead, now=app.clock())
        token = _link(session, coach, now)
        what = "invited_lead" if lead else "invited_coach"
        audit.record(session, who=by, what=what, whom=coach.id, now=app.clock())
        return token


def link_again(app: App, coach_id: str, *, by: str, now: datetime) -> str:
    """The token of a fresh link for a coach who lost phone or password. Raises NoSuchCoach."""
    with app.db.write() as session:
        coach = _there(session, coach_id)
        audit.record(session, who=by, what="invited_again", whom=coach.id, now=app.clock())
        return _link(session, coach, now)


def begun(app: App, token: str, *, now: datetime) -> Begun | None:
    """What a link leads to; nothing where it was used, is over, or never was."""
    with app.db.read() as session:
        coach = access.link(session, token, ACCOUNT, now=now)
        if coach is None:
            return None
        key = sealed.keyring(session).derived("second proofs")
        secret = second_proof.secret_of(key, token)
        return Begun(coach.id, sealed.coach_name(session, coach), coach.role == "lead", secret)


def set_up(app: App, token: str, chosen: Chosen, *, now: datetime) -> str:
    """Sets the account up and ends the link; returns the coach's id.

    Whoever was signed in to it before is signed out. Raises AccountRefused with what to mend.
    """
    whose = begun(app, token, now=now)
    if whose is None:
        raise AccountRefused("This link was used or is over: ask for another.")
    if wrong := passwords.fault(chosen.password, names=(chosen.name, whose.name)):
        raise AccountRefused(wrong)
    half_minute = second_proof.taken(whose.secret, chosen.code, now=now, after=None)
    if half_minute is None:
        raise AccountRefused("The six digits did not fit. Check that your phone's clock is right.")
    hashed = passwords.hashed(chosen.password)
    with app.db.write() as session:
        _name_fits(session, chosen.name, whose.coach_id)
        if not access.use_link(session, token, ACCOUNT, now=now):
            raise AccountRefused("This link was used or is over: ask for another.")
        access.put_sign_in(
            session,
            coach_id=whose.coach_id,
            name=chosen.name,
            password=hashed,
            totp=whose.secret,
            now=now,
        )
        session.get_one(SignIn, whose.coach_id).totp_used = half_minute
        access.end_browsers(session, whose.coach_id, now=now)
        audit.record(session, who=whose.coach_id, what="set_up_account", now=app.clock())
    return whose.coach_id


def end(app: App, coach_id: str, *, by: str, now: datetime) -> None:
    """Ends the account of somebody who has left, at once and everywhere.

    Raises NoSuchCoach; AccountRefused for one's own account: another lead has to end it.
    """
    if coach_id == by:
        raise AccountRefused("This is your own account: another lead can end it.")
    with app.db.write() as session:
        coach = _there(session, coach_id)
        coach.active = False
        access.end_browsers(session, coach_id, now=now)
        audit.record(session, who=by, what="ended_account", whom=coach_id, now=app.clock())


def colleagues(app: App) -> tuple[Colleague, ...]:
    """Everybody who works here or did, those who are here first."""
    with app.db.read() as session:
        coaches = session.scalars(select(Coach).order_by(Coach.active.desc(), Coach.id)).all()
        theirs = session.scalars(select(Client.coach_id).where(Client.enrolment != "erased")).all()
        can = set(session.scalars(select(SignIn.coach_id)))
        return tuple(
            Colleague(
                id=coach.id,
                name=sealed.coach_name(session, coach),
                lead=coach.role == "lead",
                active=coach.active,
                can_sign_in=coach.id in can,
                clients=theirs.count(coach.id),
            )
            for coach in coaches
        )


def _called(session: Session, name: str) -> Coach | None:
    wanted = _clean(name).casefold()
    for coach in session.scalars(select(Coach).where(Coach.active)):
        if sealed.coach_name(session, coach).casefold() == wanted:
            return coach
    return None


def _added(session: Session, name: str, *, lead: bool, now: datetime) -> Coach:
    role = "lead" if lead else "coach"
    return clients.add_coach(session, name=_clean(name), now=now, role=role)


def _clean(name: str) -> str:
    said = " ".join(name.split())
    if not said or len(said) > LONGEST_NAME or not said.isprintable():
        raise AccountRefused(f"A name has 1 to {LONGEST_NAME} letters.")
    return said


def _there(session: Session, coach_id: str) -> Coach:
    coach = session.get(Coach, coach_id)
    if coach is None or not coach.active:
        raise NoSuchCoach(NoSuchCoach.__doc__)
    return coach


def _link(session: Session, coach: Coach, now: datetime) -> str:
    token = secrets.token_urlsafe(24)
    access.put_link(
        session, token=token, coach_id=coach.id, kind=ACCOUNT, expires_at=now + GOOD_FOR
    )
    return token


def _name_fits(session: Session, name: str, coach_id: str) -> None:
    _clean(name)
    if access.name_taken(session, name, by_another_than=coach_id):
        raise AccountRefused("Somebody else signs in by this name: choose another.")
