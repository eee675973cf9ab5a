"""Kannel: texts out and in through a gateway of one's own, its SIM card or its SMSC.

Kannel signs nothing. A post is believed when it comes from a listed address to the secret path.
Its `post-url` is the only way in: a `get-url` would write clients' words into every log of
addresses on the way. docs/kannel.md says how it is set up.
"""

import hmac
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from http import HTTPStatus
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import uuid4

from channels.base import Answer, DeliveryReport, Event, Inbound, Outbound, Pace, Posted, Receipt
from channels.errors import Forged, Refused, Unreadable
from channels.sms.calls import call, failure
from channels.sms.numbers import address, answerable, region_of
from channels.sms.parts import is_gsm7, split
from channels.sms.plain import plain

log = logging.getLogger(__name__)

_GSM7, _8BIT, _UCS2 = "0", "1", "2"  # Kannel's `coding`
_DELIVERED, _UNDELIVERABLE, _TAKEN, _REJECTED = 1, 2, 8, 16  # its bits of a delivery report
_REPORTS = _DELIVERED | _UNDELIVERABLE | _TAKEN | _REJECTED
_STATES = {
    str(_DELIVERED): "delivered",
    str(_UNDELIVERABLE): "failed",
    str(_TAKEN): "sent",
    str(_REJECTED): "failed",
}


@dataclass(frozen=True, kw_only=True)
class Kannel:
    """A channel through one gateway and one number."""

    send_url: str  # of its sendsms service
    username: str
    password: str = field(repr=False)
    sender: str
    secret: str = field(repr=False)
    allowed: tuple[IPv4Network | IPv6Network, ...]
    our_url: str  # where the gateway reaches us, without a slash at its end
    seconds: float = 8.0  # that one call may take; less than whoever sends will wait
    segments_at_most: int = 2
    per_second: float = 1.0  # a modem sends about so much

    name = "sms"
    limit = 64 * 1024

    @property
    def path(self) -> str:
        """The secret path; no log may have it."""
        return f"/webhooks/kannel/{self.secret}"

    @property
    def pace(self) -> Pace:
        """The gateway's own pace: what waits here can still be overtaken by an alert."""
        return Pace(self.per_second, per_address_seconds=1.0)

    def parts(self, text: str) -> list[str]:
        """The text in pieces of at most so many segments, cut between words."""
        return split(text, segments_at_most=self.segments_at_most)

    async def send(self, message: Outbound) -> Receipt:
        """Hands one text to the gateway; it stores it when its line is down. Raises SendError.

        The choices are in the text already, as numbered lines. The gateway gives no id before it
        reports, so the receipt is our own reference: the report brings it back.
        """
        if not answerable(message.to):
            raise Refused("not a number")
        coding, charset = (_GSM7, "UTF-8") if is_gsm7(message.text) else (_UCS2, "UTF-16BE")
        # Posted with headers, because a query would be logged: with the password and the words.
        answer = await call(
            "POST",
            self.send_url,
            seconds=self.seconds,
            headers={
                "Content-Type": f"text/plain; charset={charset}",
                "X-Kannel-Username": self.username,
                "X-Kannel-Password": self.password,
                "X-Kannel-To": message.to,
                "X-Kannel-From": self.sender,
                "X-Kannel-Coding": coding,
                "X-Kannel-DLR-Mask": str(_REPORTS),
                "X-Kannel-DLR-Url": self._report_url(message.reference),
            },
            content=message.text.encode(charset, "replace"),
        )
        if answer.status_code != HTTPStatus.ACCEPTED:
            raise failure(answer.status_code, answer.headers)
        return Receipt(message.reference)

    def read(self, posted: Posted) -> Sequence[Event]:
        """What a post says. Raises Forged or Unreadable."""
        self._believe(posted)
        said = parse_qsl(urlsplit(posted.url).query)
        query = {name: plain(value) for name, value in said}
        return _report(query) if "reference" in query else (self._message(posted, query),)

    def answer(self, _: Posted) -> Answer:
        """Nothing: what stands here would be sent to the phone."""
        return Answer()

    def _believe(self, posted: Posted) -> None:
        given = urlsplit(posted.url).path.rpartition("/")[2]
        if not hmac.compare_digest(given.encode(), self.secret.encode()):
            raise Forged
        try:
            came_from = ip_address(posted.remote or "")
        except ValueError:
            raise Forged from None
        if isinstance(came_from, IPv6Address) and came_from.ipv4_mapped:
            came_from = came_from.ipv4_mapped
        if not any(came_from in network for network in self.allowed):
            raise Forged

    def _message(self, posted: Posted, query: dict[str, str]) -> Inbound:
        sender = address(posted.headers.get("x-kannel-from", ""), self._region)
        coding = posted.headers.get("x-kannel-coding", _GSM7)
        if not sender or coding == _8BIT:
            raise Unreadable
        charset = "UTF-16BE" if coding == _UCS2 else "UTF-8"
        if "id" not in query:
            log.warning("Kannel's post-url lacks ?id=%%I: a text posted again counts as new")
        return Inbound(
            self.name,
            query.get("id") or str(uuid4()),
            sender,
            text=plain(posted.body.decode(charset, "replace")),
            sent_at=_time(posted.headers.get("x-kannel-time", "")),
            to=posted.headers.get("x-kannel-to"),
            answerable=answerable(sender),
        )

    def _report_url(self, reference: str) -> str:
        # %d is filled in by the gateway: what became of it.
        return f"{self.our_url}{self.path}?{urlencode({'reference': reference})}&state=%d"

    @cached_property
    def _region(self) -> str | None:
        return region_of(self.sender)


def _report(query: dict[str, str]) -> Sequence[Event]:
    state = _STATES.get(query.get("state", ""))
    if state is None:
        return ()  # still waiting in the SMSC
    reference = query["reference"]
    code = query["state"] if state == "failed" else None
    return (DeliveryReport("sms", reference, state, code=code, reference=reference),)


def _time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
