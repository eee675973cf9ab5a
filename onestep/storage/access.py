"""Queries about who may look in: sign-ins, the browsers they hold, and links that work once."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from onestep.storage import sealed
from onestep.storage.base import new_id
from onestep.storage.models import Browser, Coach, OneTimeLink, SignIn

KIND = "sign-in name"  # what the keyed hash of a name is made for, as a channel is for an address
LONGEST_NAMED = 200


def hashed(token: str) -> str:
    """What is kept of a token that is long and random: no key is needed for it to tell nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


# sign-ins


def sign_in_of(session: Session, name: str) -> SignIn | None:
    """How whoever signs in by this name proves who they are; case and spaces do not count."""
    return session.scalar(select(SignIn).where(SignIn.name_hash == _name_hash(session, name)))


def put_sign_in(
    session: Session, *, coach_id: str, name: str, password: str, totp: str, now: datetime
) -> None:
    """Keeps how a coach signs in from now on; `password` is its hash, `totp` the shared secret."""
    kept = session.get(SignIn, coach_id) or SignIn(coach_id=coach_id)
    kept.name = sealed.seal(session, "sign_in", "name", coach_id, name.strip())
    kept.name_hash = _name_hash(session, name)
    kept.password = password
    kept.totp = sealed.seal(session, "sign_in", "totp", coach_id, totp)
    kept.totp_used, kept.failures, kept.not_before, kept.since = None, 0, None, now
    session.add(kept)
    session.flush()


def name_taken(session: Session, name: str, *, by_another_than: str) -> bool:
    """Whether another coach signs in by this name."""
    found = sign_in_of(session, name)
    return found is not None and found.coach_id != by_another_than


def lead_can_sign_in(session: Session) -> bool:
    """Whether any lead has set up how they sign in."""
    count = (
        select(func.count())
        .select_from(SignIn)
        .join(Coach, Coach.id == SignIn.coach_id)
        .where(Coach.role == "lead", Coach.active)
    )
    return bool(session.scalar(count))


def _name_hash(session: Session, name: str) -> str:
    return sealed.keyring(session).address_hash(KIND, " ".join(name.split()).casefold())


# browsers


def put_browser(
    session: Session, *, token: str, coach_id: str, named: str | None, now: datetime
) -> Browser:
    """Keeps that whoever brings this token is this coach."""
    browser = Browser(
        id=new_id(),
        token_hash=hashed(token),
        coach_id=coach_id,
        named=(named or "")[:LONGEST_NAMED] or None,
        created_at=now,
        seen_at=now,
    )
    session.add(browser)
    session.flush()
    return browser


def browser_of(session: Session, token: str) -> tuple[Browser, Coach] | None:
    """The browser with this token and its coach, while neither is shut out."""
    found = session.execute(
        select(Browser, Coach)
        .join(Coach, Coach.id == Browser.coach_id)
        .where(Browser.token_hash == hashed(token), Browser.ended_at.is_(None), Coach.active)
    ).one_or_none()
    return (found[0], found[1]) if found else None


def browsers(session: Session, coach_id: str, *, since: datetime) -> Sequence[Browser]:
    """Where a coach is signed in, the newest first; none that began before `since`."""
    query = select(Browser).where(Browser.coach_id == coach_id, Browser.ended_at.is_(None))
    newest = query.where(Browser.created_at > since).order_by(Browser.id.desc())
    return session.scalars(newest).all()


def seen(session: Session, browser_id: str, *, now: datetime) -> None:
    """The browser was used now."""
    session.execute(update(Browser).where(Browser.id == browser_id).values(seen_at=now))


def end_browsers(
    session: Session, coach_id: str, *, now: datetime, browser_id: str | None = None
) -> int:
    """Signs a coach out everywhere, or in one browser alone; how many that were."""
    query = update(Browser).where(Browser.coach_id == coach_id, Browser.ended_at.is_(None))
    if browser_id is not None:
        query = query.where(Browser.id == browser_id)
    return len(session.execute(query.values(ended_at=now).returning(Browser.id)).all())


# links that work once


def put_link(
    session: Session, *, token: str, coach_id: str, kind: str, expires_at: datetime
) -> None:
    """Keeps a link of this kind for a coach; those of the kind that they had before end."""
    session.execute(
        delete(OneTimeLink).where(
            OneTimeLink.coach_id == coach_id,
            OneTimeLink.kind == kind,
            OneTimeLink.used_at.is_(None),
        )
    )
    session.add(
        OneTimeLink(token_hash=hashed(token), coach_id=coach_id, kind=kind, expires_at=expires_at)
    )
    session.flush()


def link(session: Session, token: str, kind: str, *, now: datetime) -> Coach | None:
    """Whose link this is, while it is good."""
    return session.scalar(
        select(Coach)
        .join(OneTimeLink, OneTimeLink.coach_id == Coach.id)
        .where(
            OneTimeLink.token_hash == hashed(token),
            OneTimeLink.kind == kind,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
            Coach.active,
        )
    )


def use_link(session: Session, token: str, kind: str, *, now: datetime) -> bool:
    """Uses the link up; false where somebody was quicker, or its time is over."""
    used = session.execute(
        update(OneTimeLink)
        .where(
            OneTimeLink.token_hash == hashed(token),
            OneTimeLink.kind == kind,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(OneTimeLink.token_hash)
    ).scalar()
    return used is not None
