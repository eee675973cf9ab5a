"""What providers post to us: kept or refused before they are answered.

What follows for its provider:

not proven to be the provider's      403, nothing kept, counted; so is an address of nobody's
larger than its channel allows       413, not read to its end
the provider's, and not to be read   200, the body kept aside for a person
kept                                 200 and what the provider wants to hear
could not be kept                    503: the provider brings it again
"""

import asyncio
import logging
from dataclasses import dataclass
from time import perf_counter

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from channels.base import Answer, Event, Posted, Posts
from channels.errors import Forged
from onestep.services.app import App
from onestep.services.provider_events import take_in
from onestep.services.taps import acknowledge
from onestep.web.counts import Counts, Outcome

log = logging.getLogger(__name__)

MOST_DIGITS = 20  # of a length that is looked at; Python refuses to read thousands
BODY_WITHIN = 10.0  # seconds a post may take to arrive; a provider's takes milliseconds
NOBODYS = "none"  # the channel of posts to no webhook of ours, in the counts
EVERY = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OK = 200
STATUS = {
    Outcome.KEPT: 200,
    Outcome.ASIDE: 200,
    Outcome.FORGED: 403,
    Outcome.TOO_SLOW: 408,
    Outcome.TOO_LARGE: 413,
    Outcome.NOT_KEPT: 503,
}


class NotWhole(Exception):
    """A body that was not read to its end; `outcome` says why."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(NotWhole.__doc__)
        self.outcome = outcome


@dataclass(frozen=True)
class Webhook:
    """The posts of one channel."""

    app: App
    name: str
    channel: Posts
    public_url: str
    counts: Counts

    async def answer(self, request: Request) -> Response:
        """Takes one post in and answers it."""
        began = perf_counter()
        events: list[Event] = []
        answer = Answer()
        try:
            posted = await self._posted(request)
        except NotWhole as reason:
            outcome = reason.outcome
        else:
            outcome = await run_in_threadpool(self._take_in, posted, events)
            if STATUS[outcome] == OK:
                answer = self.channel.answer(posted)
        self.counts.add(self.name, outcome, perf_counter() - began)
        return Response(
            answer.body,
            STATUS[outcome],
            media_type=answer.content_type,
            background=BackgroundTask(acknowledge, self.channel, events),
        )

    async def _posted(self, request: Request) -> Posted:
        query = request.url.query
        return Posted(
            url=f"{self.public_url}{self.channel.path}{'?' + query if query else ''}",
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await _body(request, self.channel.limit),
            remote=request.client.host if request.client else None,
        )

    def _take_in(self, posted: Posted, events: list[Event]) -> Outcome:
        """What became of one post, and what it said. Runs in a thread; never raises."""

        def read() -> list[Event]:
            events.extend(self.channel.read(posted))
            return events

        try:
            why = take_in(self.app, self.name, posted.body, read)
        except Forged:
            return Outcome.FORGED
        except Exception as fault:  # noqa: BLE001  # whatever it is: the provider brings it again
            log.error("%s not kept: %s", self.name, type(fault).__name__)  # noqa: TRY400  # quotes
            return Outcome.NOT_KEPT
        return Outcome.KEPT if why is None else Outcome.ASIDE


async def _body(request: Request, limit: int) -> bytes:
    """The whole body. Raises NotWhole as soon as it is too large, or too slow."""
    said = request.headers.get("content-length", "0")
    if said.isascii() and said.isdigit() and int(said[:MOST_DIGITS]) > limit:
        raise NotWhole(Outcome.TOO_LARGE)
    parts, size = [], 0
    try:
        async with asyncio.timeout(BODY_WITHIN):
            async for part in request.stream():
                size += len(part)
                if size > limit:
                    raise NotWhole(Outcome.TOO_LARGE)
                parts.append(part)
    except (TimeoutError, ClientDisconnect):
        raise NotWhole(Outcome.TOO_SLOW) from None
    return b"".join(parts)


def webhook_routes(app: App, *, public_url: str, counts: Counts) -> list[Route]:
    """One route for each channel whose provider posts to us, and one for whoever guesses.

    A secret path that is wrong by a letter is answered, and counted, like a forged signature.
    """
    routes = [
        Route(
            channel.path,
            Webhook(app, name, channel, public_url, counts).answer,
            methods=[
                "POST",
                "GET",
            ],  # Kannel asks when it reports; a GET of anyone else proves nothing
        )
        for name, channel in app.channels.items()
        if isinstance(channel, Posts)
    ]

    async def refuse(_: Request) -> Response:
        counts.add(NOBODYS, Outcome.FORGED, 0.0)
        return Response("", STATUS[Outcome.FORGED], media_type=Answer().content_type)

    return [*routes, Route("/webhooks/{path:path}", refuse, methods=EVERY)]
