"""Who did or read what, whom it was about, when and why: lines that are only ever added.

Each line carries a keyed hash over itself and the line before (security page, S14): whoever can
write to the database, but has not our keys, can change, swap or take out no line unseen. What was
cut off at the end leaves no trace here; the time of the newest line of a backup tells it.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from onestep.storage import sealed
from onestep.storage.alone import alone_at
from onestep.storage.models import Audit

FIRST = "0" * 64  # what the first line is chained to
OPERATOR = "operator"  # whoever types a command on the machine
READ_AT_ONCE = 1000


@dataclass(frozen=True)
class Whole:
    """How many lines there are, and the first that does not fit the one before it, if any."""

    lines: int
    broken_at: int | None


def record(
    session: Session,
    *,
    who: str,
    what: str,
    whom: str | None = None,
    why: str | None = None,
    now: datetime,
) -> None:
    """Adds one line. `who` and `whom` are ids; `why` is a word or an id, never anybody's words."""
    alone_at(session, "audit")  # two lines must not follow the same one
    last = session.execute(
        select(Audit.seq, Audit.chain).order_by(Audit.seq.desc()).limit(1)
    ).one_or_none()
    seq, before = (last.seq + 1, last.chain) if last else (1, FIRST)
    line = Audit(seq=seq, who=who, what=what, whom=whom, why=why, at=now, chain="")
    line.chain = _chained(_key(session), before, line)
    session.add(line)
    session.flush()


def check(session: Session) -> Whole:
    """Walks the whole chain."""
    key, before, expected, count = _key(session), FIRST, 1, 0
    lines = session.scalars(
        select(Audit).order_by(Audit.seq).execution_options(yield_per=READ_AT_ONCE)
    )
    with closing(lines):  # PostgreSQL keeps a cursor open for as long as there may be more
        for line in lines:
            count += 1
            fits = hmac.compare_digest(line.chain, _chained(key, before, line))
            if line.seq != expected or not fits:
                return Whole(count, line.seq)
            before, expected = line.chain, expected + 1
    return Whole(count, None)


def newest(
    session: Session, *, count: int, whom: str | None = None, before: int | None = None
) -> Sequence[Audit]:
    """The newest lines first; about one client only, or older than line `before`, where asked."""
    query = select(Audit).order_by(Audit.seq.desc()).limit(count)
    if whom is not None:
        query = query.where(Audit.whom == whom)
    if before is not None:
        query = query.where(Audit.seq < before)
    return session.scalars(query).all()


def _key(session: Session) -> bytes:
    return sealed.keyring(session).derived("audit chain")


def _chained(key: bytes, before: str, line: Audit) -> str:
    at = line.at.astimezone(UTC).isoformat(timespec="microseconds")
    told = json.dumps([before, line.seq, line.who, line.what, line.whom, line.why, at])
    return hmac.new(key, told.encode(), hashlib.sha256).hexdigest()
