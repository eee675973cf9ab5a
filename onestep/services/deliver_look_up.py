"""Settles what may have gone by asking the provider, where its channel can be asked (R6)."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from channels.afterwards import LooksUp
from channels.base import Outbound, Receipt
from channels.errors import SendError
from onestep.services import delivery_report
from onestep.services.app import App
from onestep.services.deliver import outbound
from onestep.services.deliver_outcome import RETRIES
from onestep.storage import gone_out, talk
from onestep.storage.models import Address, Outbox

log = logging.getLogger(__name__)

ASK_EACH = timedelta(minutes=1)
GIVE_UP_AFTER = timedelta(hours=1)  # then a person is shown it like any other


@dataclass(frozen=True)
class Question:
    """One message whose fate this worker may ask for now."""

    row: Outbox
    channel: LooksUp
    name: str
    message: Outbound


async def look_up(app: App) -> bool:
    """Asks for one uncertain message what became of it. False when there is none to ask for."""
    channels = {name: each for name, each in app.channels.items() if isinstance(each, LooksUp)}
    if not channels:
        return False
    question = await asyncio.to_thread(_take, app, channels)
    if not isinstance(question, Question):
        return question
    assert question.row.tried_at is not None
    asking = question.channel.look_up(question.message, since=question.row.tried_at)
    try:
        receipt = await asyncio.wait_for(asking, timeout=app.send_seconds)
    except (SendError, TimeoutError):
        return True  # asked again in a minute
    except Exception as fault:  # noqa: BLE001  # as for a send
        log.error("look-up broke: %s", type(fault).__name__)  # noqa: TRY400  # may quote words
        return True
    await asyncio.to_thread(_settle, app, question, receipt)
    return True


def _take(app: App, channels: Mapping[str, LooksUp]) -> Question | bool:
    now = app.clock()
    with app.db.read() as session:
        if gone_out.to_look_up(session, channels=list(channels), now=now) is None:
            return False
    with app.db.write() as session:
        row = gone_out.to_look_up(session, channels=list(channels), now=now)
        if row is None:
            return False
        if row.tried_at is None or now - row.tried_at > GIVE_UP_AFTER:
            row.reason = "not_known"
            return True
        row.due_at = now + ASK_EACH  # nobody else asks meanwhile
        session.flush()
        address = session.get_one(Address, row.address_id)
        message = outbound(session, row, address)
        return Question(row, channels[address.channel], address.channel, message)


def _did_not_go(session: Session, row: Outbox, now: datetime) -> None:
    """Goes now, unless the talk has gone on meanwhile: then it would come out of order."""
    late = row.attempts > len(RETRIES) or gone_out.went_on(session, row)
    values = {"state": "failed", "reason": "not_sent"} if late else {"state": "ready"}
    changed = gone_out.change(session, row, was=("uncertain",), **{"due_at": now, **values})
    if changed and late:
        talk.close_prompt_of(session, row.message_id)


def _settle(app: App, question: Question, receipt: Receipt | None) -> None:
    now, row = app.clock(), question.row
    with app.db.write() as session:
        if receipt is None:
            _did_not_go(session, row, now)
            return
        id = receipt.provider_id
        delivery_report.no_reports_meanwhile(session, channel=question.name, provider_id=id)
        sent = {"state": "sent", "reason": None, "sent_at": row.tried_at}
        values = {**sent, "provider_id": id}
        if gone_out.change(session, row, was=("uncertain",), **values):
            delivery_report.told_early(app, session, row.id, channel=question.name, provider_id=id)
    app.bells.ring("outbox")
