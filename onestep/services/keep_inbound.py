"""Keeps one message from a phone, with what the screen saw in it."""

from datetime import datetime

from sqlalchemy.orm import Session

from channels.base import Inbound
from onestep.safety import Verdict
from onestep.storage import talk
from onestep.storage.models import Address, Message


def keep_inbound(
    session: Session,
    inbound: Inbound,
    verdict: Verdict,
    *,
    address: Address,
    client_id: str | None,
    now: datetime,
    zone: str,
    kind: str | None = None,
    text: str | None = None,
    edits: str | None = None,
) -> Message:
    """Keeps it in a client's record, or in nobody's; `edits` is the message that it words anew.

    `kind` and `text` where they are not what the channel read.
    """
    return talk.add_message(
        session,
        text=inbound.text if text is None else text,
        direction="in",
        channel=inbound.channel,
        kind=kind or inbound.kind,
        at=now,
        sent_at=inbound.sent_at,
        zone=zone,
        client_id=client_id,
        address_id=address.id,
        provider_id=inbound.provider_id,
        said=[{"edits": edits}] if edits else None,
        screen_level=verdict.level.value,
        screen_by=verdict.by,
        screen_category=verdict.category.value if verdict.category else None,
        screen_spans=[[span.start, span.end] for span in verdict.matched],
    )
