"""Twilio: texts out and in; what is uncertain is looked up, what was missed is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from twilio.request_validator import RequestValidator
from twilio.rest import Client

from channels.base import Answer, Attachment, Event, Inbound, Outbound, Pace, Posted, Receipt
from channels.errors import Refused, SendError
from channels.sms.calls import call
from channels.sms.numbers import address, answerable
from channels.sms.parts import split
from channels.sms.plain import plain
from channels.twilio import posts
from channels.twilio.api import at, library, required, understood
from channels.twilio.codes import meaning, refusal

LARGEST = 10_000_000  # bytes of one attachment
_CLOCKS_DIFFER = timedelta(seconds=30)  # theirs cuts off the fractions of a second besides
_TO_ONE_NUMBER = 200  # messages; more than one number gets in the time that is looked through
_TRIAL = "Sent from your Twilio trial account - "  # put before every text of a trial account


@dataclass(frozen=True, kw_only=True)
class Twilio:
    """A channel through one account and one sender: a number (+44…) or a service (MG…)."""

    sid: str
    token: str = field(repr=False)
    sender: str
    public_url: str  # where we are reached from outside, without a slash at its end
    api: str = "https://api.twilio.com"
    seconds: float = 8.0  # that one call may take; less than whoever sends will wait
    segments_at_most: int = 2
    per_second: float = 1.0  # what one ordinary number may send; beyond it Twilio itself queues

    name = "sms"
    path = "/webhooks/twilio"  # texts, statuses and calls
    limit = 64 * 1024

    @property
    def pace(self) -> Pace:
        """One number's own pace: what waits here can still be overtaken by an alert."""
        return Pace(self.per_second, per_address_seconds=1.0)

    def parts(self, text: str) -> list[str]:
        """The text in pieces of at most so many segments, cut between words."""
        return split(text, segments_at_most=self.segments_at_most)

    async def send(self, message: Outbound) -> Receipt:
        """Hands one text to Twilio. Raises SendError.

        The choices are in the text already, as numbered lines.
        """
        if not answerable(message.to):
            raise Refused("not a number")
        sender = "messaging_service_sid" if self._is_service else "from_"
        query = urlencode({"reference": message.reference})
        with understood():
            sent = await self._library.messages.create_async(
                to=message.to,
                body=message.text,
                status_callback=f"{self._url}?{query}",
                **{sender: self.sender},
            )
            return Receipt(required(sent.sid))

    def read(self, posted: Posted) -> Sequence[Event]:
        """What a signed post says. Raises Forged or Unreadable."""
        return posts.read(posted, url=self._url, validator=self._validator)

    def answer(self, posted: Posted) -> Answer:
        """That there is nothing to say by return; a call is not taken, so it costs nobody."""
        return Answer(posts.answer(posted), "text/xml; charset=utf-8")

    def meaning(self, code: str) -> SendError | None:
        """What one of Twilio's codes means, as for a send; None for one we do not know."""
        return meaning(code)

    async def look_up(self, message: Outbound, *, since: datetime) -> Receipt | None:
        """The receipt when this text went to this number since then; None when it did not.

        Ask no sooner than a minute after: Twilio's list lags behind what it took. Two of the
        same words to one number within half a minute are held for one. Raises SendError.
        """
        with understood():
            recent = await self._library.messages.list_async(to=message.to, limit=_TO_ONE_NUMBER)
        for sent in recent:
            if (
                sent.direction != "inbound"
                and at(sent) >= since - _CLOCKS_DIFFER
                and (sent.body or "").removeprefix(_TRIAL).split() == message.text.split()
            ):
                return Receipt(required(sent.sid))
        return None

    async def arrived(self, *, since: datetime) -> Sequence[Event]:
        """Every text received since then, oldest first, with what it tells. Raises SendError."""
        to: Mapping[str, Any] = {} if self._is_service else {"to": self.sender}
        with understood():
            listed = await self._library.messages.list_async(date_sent_after=since, **to)
            # Listed newest first, and to the second: those of one second keep their order.
            oldest_first = reversed(listed)
            ours = [one for one in oldest_first if self._is_ours(one) and at(one) >= since]
            texts = [await self._inbound(one) for one in sorted(ours, key=at)]
        return [each for one in texts for each in posts.events(one, posts.change_by(one.text))]

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of a picture, from Twilio's own hosts. Raises SendError."""
        where = attachment.reference
        if not where.startswith(f"{self.api}/2010-04-01/Accounts/{self.sid}/Messages/"):
            raise Refused("elsewhere")
        answer = await call(
            "GET", where, seconds=self.seconds, limit=LARGEST, auth=(self.sid, self.token)
        )
        if answer.has_redirect_location:
            where = urljoin(where, answer.headers["location"])
            if not (where.startswith(f"{self.api}/") or _keeps_media(where)):
                raise Refused("elsewhere")
            # Without the token: that address is secret enough, and not the API's.
            answer = await call("GET", where, seconds=self.seconds, limit=LARGEST)
        if answer.status_code == HTTPStatus.NOT_FOUND:
            raise Refused("no longer there")
        if not answer.is_success:
            raise refusal(answer.status_code, answer.text, answer.headers)
        return answer.content

    @cached_property
    def _library(self) -> Client:
        return library(self.sid, self.token, api=self.api, seconds=self.seconds)

    @cached_property
    def _validator(self) -> RequestValidator:
        return RequestValidator(self.token)

    @property
    def _url(self) -> str:
        return self.public_url + self.path

    @property
    def _is_service(self) -> bool:
        return self.sender.startswith("MG")

    def _is_ours(self, listed: Any) -> bool:
        if listed.direction != "inbound" or not listed.from_:
            return False
        return not self._is_service or bool(listed.messaging_service_sid == self.sender)

    async def _inbound(self, listed: Any) -> Inbound:
        pictures: tuple[Attachment, ...] = ()
        if (listed.num_media or "0") != "0":
            media = await listed.media.list_async()
            pictures = tuple(
                posts.attachment(
                    f"{self.api}{one.uri}".removesuffix(".json"), one.content_type or ""
                )
                for one in media
            )
        sender = address(required(listed.from_))
        text = plain(listed.body or "")
        return Inbound(
            self.name,
            required(listed.sid),
            sender,
            text=text,
            kind="attachment" if pictures else "text",
            sent_at=at(listed),
            attachments=pictures,
            to=listed.to,
            answerable=answerable(sender),
            stop_confirmed=posts.change_by(text) == posts.OPTED_OUT,
            late=True,
        )


def _keeps_media(url: str) -> bool:
    """Whether this is where Twilio keeps pictures, with or without its protection on."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    ours = host == "s3-external-1.amazonaws.com" and parts.path.startswith("/media.twiliocdn.com/")
    return parts.scheme == "https" and (host.endswith(".twiliocdn.com") or ours)
