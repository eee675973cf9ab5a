"""Takes in what a provider reports of a message later: in any order, the same one only once."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.afterwards import Explains
from channels.base import DeliveryReport
from channels.errors import Gone, SendError
from onestep.services.app import App
from onestep.services.deliver_outcome import reported
from onestep.storage import talk
from onestep.storage.alone import alone_at
from onestep.storage.models import Address, Outbox
from onestep.storage.models import DeliveryReport as Kept

# Later in this order wins: what lay on the phone once stays delivered, whatever comes after.
RANK = ("sent", "failed", "delivered")
BEFORE = ("ready", "sending", "uncertain")  # of our states: nothing is known yet


def delivery_report(app: App, report: DeliveryReport) -> None:
    """Records what became of a message; a report of a message nobody knows yet is kept for it.

    Blocking: call it from a thread. The same (provider's id, state, code) again has no effect.
    """
    now = app.clock()
    with app.db.write() as session:
        no_reports_meanwhile(session, channel=report.channel, provider_id=report.provider_id)
        key = (report.channel, report.provider_id, report.state, report.code or "")
        if session.get(Kept, key) is not None:
            return
        names = ("channel", "provider_id", "state", "code")
        kept = Kept(**dict(zip(names, key, strict=True)), gone=report.gone, at=now)
        session.add(kept)
        session.flush()
        row = _about(session, report)
        if row is not None:
            _apply(app, session, row, kept, now)
    app.bells.ring("outbox")


def no_reports_meanwhile(session: Session, *, channel: str, provider_id: str) -> None:
    """Reports of this message wait until this transaction ends, and then find the message."""
    alone_at(session, "report", channel, provider_id)


def told_early(app: App, session: Session, row_id: str, *, channel: str, provider_id: str) -> None:
    """Applies what was reported of a message before its provider had answered our call.

    The caller holds its reports since before it recorded that the message went.
    """
    early = session.scalars(
        select(Kept).where(Kept.channel == channel, Kept.provider_id == provider_id)
    ).all()
    if not early:
        return
    row = session.scalars(select(Outbox).where(Outbox.id == row_id)).one()
    for report in sorted(early, key=lambda each: RANK.index(each.state)):
        _apply(app, session, row, report, app.clock())


def _about(session: Session, report: DeliveryReport) -> Outbox | None:
    """The message a report speaks of: by our id where it carries one, else by the provider's."""
    if report.reference:
        ours = select(Outbox).where(Outbox.id == report.reference).with_for_update()
        found = session.scalar(ours)
        if found is not None and found.provider_id in (None, report.provider_id):
            return found
    return session.scalar(
        select(Outbox)
        .join(Address)
        .where(Outbox.provider_id == report.provider_id, Address.channel == report.channel)
        .with_for_update(of=Outbox)
    )


def _apply(app: App, session: Session, row: Outbox, report: Kept, now: datetime) -> None:
    if not _is_news(row, report.state):
        return
    row.provider_id = report.provider_id
    if report.state != "failed":
        row.state, row.reason, row.sent_at = report.state, None, row.sent_at or now
    else:
        error, code = _meaning(app, report), report.code or None
        values = reported(session, row, error, channel=report.channel, code=code, now=now)
        for name, value in values.items():
            setattr(row, name, value)
    if row.state == "failed":
        talk.close_prompt_of(session, row.message_id)
    session.flush()


def _meaning(app: App, report: Kept) -> SendError | None:
    """The same as if the send had failed with this code, where the channel knows it."""
    way: object = app.channels.get(report.channel)
    if isinstance(way, Explains) and (told := way.meaning(report.code)) is not None:
        return told
    return Gone() if report.gone else None


def _is_news(row: Outbox, state: str) -> bool:
    if row.state in BEFORE:
        return True
    return row.state in RANK and RANK.index(state) > RANK.index(row.state)
