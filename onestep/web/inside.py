"""What only this machine may ask: whether we are ready, and our counts; never anybody's words."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from channels.afterwards import Reconciles
from onestep.services.app import App
from onestep.storage import aside, holds
from onestep.storage.database import DATABASE_AWAY
from onestep.storage.models import Heard, Inbox, Outbox, Turn
from onestep.web.counts import Counts

WAITS = {"inbox": ("waiting", "working"), "outbox": ("ready", "sending")}
TEXT = "text/plain; version=0.0.4; charset=utf-8"


def inside(app: App, counts: Counts, *, polled: Collection[str] = ()) -> Starlette:
    """The pages of the loopback port; `polled` are the channels that are asked for what comes."""
    reconciled = (name for name, each in app.channels.items() if isinstance(each, Reconciles))
    asked = {*polled, *reconciled}

    async def readyz(request: Request) -> Response:  # noqa: ARG001  # Starlette hands it over
        away = await run_in_threadpool(_away, app)
        return PlainTextResponse(away or "ready", 503 if away else 200)

    async def metrics(request: Request) -> Response:  # noqa: ARG001  # as above
        lines = await run_in_threadpool(lambda: [*_of_the_database(app, asked), *counts.lines()])
        return Response("\n".join(lines) + "\n", media_type=TEXT)

    return Starlette(routes=[Route("/readyz", readyz), Route("/metrics", metrics)])


def _away(app: App) -> str | None:
    """Why we should be sent nothing now. What comes all the same waits in the spool."""
    try:
        with app.db.read() as session:
            session.execute(text("SELECT 1 FROM alembic_version"))
    except DATABASE_AWAY:
        return "the database is away"
    return None


def _of_the_database(app: App, asked: Collection[str]) -> Iterator[str]:
    waiting = app.spool.holds_any()
    yield from _gauge("onestep_spool_waiting", {"": int(waiting)})
    try:
        with app.db.read() as session:
            found = list(_counted(session, app.clock(), asked))
    except DATABASE_AWAY:
        found = list(_gauge("onestep_database_up", {"": 0}))
    yield from found


def _counted(session: Session, now: datetime, asked: Collection[str]) -> Iterator[str]:
    yield from _gauge("onestep_database_up", {"": 1})
    for name, table in (("inbox", Inbox), ("outbox", Outbox)):
        yield from _queue(session, name, table, now)
    turns = session.execute(select(Turn.by, func.count()).group_by(Turn.by))
    yield from _gauge("onestep_turns", {f'by="{by}"': count for by, count in turns})
    put_aside = aside.counts(session).items()
    labels = {f'channel="{channel}",reason="{why}"': count for (channel, why), count in put_aside}
    yield from _gauge("onestep_aside", labels)
    # Of a channel that posts to us by now, the row that was kept while it was asked stands still.
    rows = session.scalars(select(Heard).where(Heard.channel.in_(asked)))
    late = {f'channel="{row.channel}"': (now - row.until).total_seconds() for row in rows}
    yield from _gauge("onestep_heard_seconds_ago", late)
    held = {f'what="{hold.what}"': 1 for hold in holds.all_held(session)}
    yield from _gauge("onestep_held", held)


def _queue(
    session: Session, name: str, table: type[Inbox | Outbox], now: datetime
) -> Iterator[str]:
    """How many rows there are of each state and lane, and how late the latest of those due is."""
    which = "lane" if table is Outbox else "kind"
    sort = getattr(table, which)
    rows = session.execute(
        select(table.state, sort, func.count(), func.min(table.due_at))
        .where(table.state != "done")
        .group_by(table.state, sort)
    ).all()
    counts = {f'state="{state}",{which}="{lane}"': count for state, lane, count, _ in rows}
    yield from _gauge(f"onestep_{name}_rows", counts)
    late: dict[str, float] = {}
    for state, lane, _, due in rows:
        if state in WAITS[name]:
            label = f'{which}="{lane}"'
            late[label] = max(late.get(label, 0.0), (now - due).total_seconds(), 0.0)
    yield from _gauge(f"onestep_{name}_lag_seconds", late)


def _gauge(name: str, values: Mapping[str, float]) -> Iterator[str]:
    yield f"# TYPE {name} gauge"
    for labels, value in sorted(values.items()):
        yield f"{name}{{{labels}}} {value}" if labels else f"{name} {value}"
