"""Signs a coach in and out, and says whose browser it is: kept here, not in the cookie.

`now` is the time on the wall, not service time: a demo that moves its clock by a week signs
nobody out, and an authenticator app knows no clock but the wall's.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from onestep.services import passwords, second_proof
from onestep.services.app import App
from onestep.storage import access, audit, sealed
from onestep.storage.models import Coach, SignIn

IDLE = timedelta(minutes=30)  # security page, S7
AT_MOST = timedelta(hours=12)
NOTED_EACH = timedelta(minutes=1)  # that a browser is used is written down no more often
FREE_TRIES = 3
LONGEST_WAIT = 60  # seconds between two tries; longer would let anybody lock a coach out


@dataclass(frozen=True)
class Signed:
    """Who is asking, from which browser."""

    coach_id: str
    browser_id: str
    name: str
    lead: bool


@dataclass(frozen=True)
class Where:
    """One browser a coach is signed in with."""

    id: str
    named: str
    since: datetime
    seen: datetime


def sign_in(
    app: App, name: str, password: str, code: str, *, browser: str | None, now: datetime
) -> str | None:
    """The token of a browser that is signed in now; None where name, password and code do not fit.

    An unknown name is as much work as a known one. After a few failures each further try has to
    wait, longer and longer up to a minute; one that comes too early counts for nothing.
    """
    with app.db.read() as session:
        kept = access.sign_in_of(session, name)
    fits = passwords.fits(kept.password if kept else None, password)
    if kept is None:
        return None
    with app.db.write() as session:
        row = _locked(session, kept.coach_id)
        if row is None or (row.not_before is not None and now < row.not_before):
            return None
        half_minute = _second(session, row, code, now) if fits else None
        if half_minute is None:
            _failed(app, session, row, now)
            return None
        row.totp_used, row.failures, row.not_before = half_minute, 0, None
        return _let_in(app, session, row.coach_id, browser, now)


def let_in(app: App, coach_id: str, *, browser: str | None, now: datetime) -> str:
    """The token of a browser for a coach who has proved by other means who they are."""
    with app.db.write() as session:
        return _let_in(app, session, coach_id, browser, now)


def who_is(app: App, token: str, *, now: datetime, noted: bool = True) -> Signed | None:
    """Whose browser this is, while it is signed in; `noted`: this counts as using it."""
    with app.db.read() as session:
        found = access.browser_of(session, token)
        if found is None:
            return None
        browser, coach = found
        signed = Signed(
            coach.id, browser.id, sealed.coach_name(session, coach), coach.role == "lead"
        )
    if now - browser.seen_at > IDLE or now - browser.created_at > AT_MOST:
        return None
    if noted and now - browser.seen_at > NOTED_EACH:
        with app.db.write() as session:
            access.seen(session, browser.id, now=now)
    return signed


def sign_out(app: App, signed: Signed, *, now: datetime, browser_id: str | None = None) -> None:
    """Ends this browser of a coach's, or another of theirs; one of nobody's changes nothing."""
    with app.db.write() as session:
        ended = access.end_browsers(
            session, signed.coach_id, now=now, browser_id=browser_id or signed.browser_id
        )
        if ended:
            audit.record(session, who=signed.coach_id, what="signed_out", now=app.clock())


def browsers(app: App, coach_id: str, *, now: datetime) -> Sequence[Where]:
    """Where a coach is signed in now."""
    with app.db.read() as session:
        rows = access.browsers(session, coach_id, since=now - AT_MOST)
    return [
        Where(row.id, row.named or "a browser", row.created_at, row.seen_at)
        for row in rows
        if now - row.seen_at <= IDLE
    ]


def _locked(session: Session, coach_id: str) -> SignIn | None:
    """Their sign-in, which two tries at once do not count as one; None for whoever has left."""
    return session.scalar(
        select(SignIn)
        .join(Coach, Coach.id == SignIn.coach_id)
        .where(SignIn.coach_id == coach_id, Coach.active)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _second(session: Session, row: SignIn, code: str, now: datetime) -> int | None:
    secret = sealed.totp(session, row)
    return second_proof.taken(secret, code, now=now, after=row.totp_used)


def _failed(app: App, session: Session, row: SignIn, now: datetime) -> None:
    row.failures += 1
    wait = 2 ** (row.failures - FREE_TRIES) if row.failures >= FREE_TRIES else 0
    row.not_before = now + timedelta(seconds=min(wait, LONGEST_WAIT))
    audit.record(session, who=row.coach_id, what="sign_in_refused", now=app.clock())


def _let_in(app: App, session: Session, coach_id: str, browser: str | None, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    access.put_browser(session, token=token, coach_id=coach_id, named=browser, now=now)
    audit.record(session, who=coach_id, what="signed_in", now=app.clock())
    return token
