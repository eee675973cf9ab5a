"""Fetches the pictures and sound that a service keeps, and seals them; nothing looks into them.

Only what the bytes themselves prove to be a picture or sound is kept, whatever its provider says.
A person has been asked to look at the message already: what cannot be kept is lost to nobody.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from channels import base
from channels.errors import NotSent, Refused, SendError
from onestep.services.app import App
from onestep.storage import attachments
from onestep.storage.errors import Unreadable
from onestep.storage.models import Address, Attachment, Message

log = logging.getLogger(__name__)

KINDS = ("photo", "voice")
WITHIN = 90.0  # seconds for one of them; a channel's own limits are shorter
MINE_FOR = timedelta(minutes=3)
RETRIES = (30, 120, 600, 1800)  # seconds; then it is not kept
PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")
SOUNDS = ("audio/ogg", "audio/mpeg", "audio/mp4")
OF_KIND = {"photo": PICTURES, "voice": SOUNDS}
STARTS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"OggS": "audio/ogg",
    b"ID3": "audio/mpeg",
}
MP3_FRAMES = (0xFB, 0xF3, 0xF2, 0xFA)  # after 0xFF: layer III, with or without a checksum


@dataclass(frozen=True)
class Wanted:
    """One attachment to fetch, and from where."""

    id: str
    channel: str
    kind: str
    reference: str = field(repr=False)


def wanted(app: App, came: Iterable[base.Attachment]) -> list[base.Attachment]:
    """Those of a kind that this service keeps and that can be fetched."""
    return [each for each in came if each.kind in app.keeps and each.reference]


async def fetch_attachment(app: App) -> bool:
    """Fetches and keeps one attachment. False when none is due."""
    if not app.keeps:
        return False
    found = await asyncio.to_thread(_take, app)
    if not isinstance(found, Wanted):
        return found
    came = await _fetched(app, found)
    await asyncio.to_thread(_settle, app, found, came)
    return True


def _take(app: App) -> Wanted | bool:
    now = app.clock()
    with app.db.read() as session:  # most looks find nothing, and need no write lock for it
        if not attachments.is_due(session, now=now):
            return False
    with app.db.write() as session:
        row = attachments.take(session, now=now, again=MINE_FOR)
        if row is None:
            return False
        message = session.get_one(Message, row.message_id)
        try:
            reference = attachments.reference(session, row)
        except Unreadable:
            _not_kept(row, "failed")
            return True
        address = session.get_one(Address, message.address_id)
        return Wanted(row.id, address.channel, row.kind, reference)


async def _fetched(app: App, found: Wanted) -> bytes | SendError:
    way: object = app.channels.get(found.channel)
    if not isinstance(way, base.Fetches):
        return Refused()
    try:
        thing = base.Attachment(found.kind, reference=found.reference)
        return await asyncio.wait_for(way.fetch(thing), WITHIN)
    except SendError as failure:
        return failure
    except TimeoutError:
        return NotSent()
    except Exception as fault:  # noqa: BLE001  # one picture must not hold up all others
        log.error("attachment not fetched: %s", type(fault).__name__)  # noqa: TRY400  # may quote
        return NotSent()


def _settle(app: App, found: Wanted, came: bytes | SendError) -> None:
    now = app.clock()
    with app.db.write() as session:
        row = session.get(Attachment, found.id)
        if row is None or row.state != "waiting":
            return  # another process was quicker, or it is erased
        if isinstance(came, SendError):
            _failed(row, came, now)
        elif (kind := content_type(came)) in OF_KIND[row.kind]:
            attachments.keep(session, row, came, content_type=kind)
        else:
            _not_kept(row, "format")


def _failed(row: Attachment, failure: SendError, now: datetime) -> None:
    if isinstance(failure, Refused):
        _not_kept(row, "refused")
    elif row.attempts > len(RETRIES):
        _not_kept(row, "failed")
    else:
        asked = failure.retry_after if isinstance(failure, NotSent) else None
        rest = max(RETRIES[row.attempts - 1], asked or 0.0)
        row.due_at = now + timedelta(seconds=rest)


def _not_kept(row: Attachment, reason: str) -> None:
    row.state, row.reason = "not_kept", reason


def content_type(body: bytes) -> str:
    """What the first bytes say this is; empty for anything that is not kept."""
    for start, kind in STARTS.items():
        if body.startswith(start):
            return kind
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    if body[4:8] == b"ftyp":
        return "audio/mp4"
    return "audio/mpeg" if body[:1] == b"\xff" and body[1:2] and body[1] in MP3_FRAMES else ""
