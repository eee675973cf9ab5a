"""Ask the sealed bot for one turn, over its unix socket."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import httpx

from onestep.dialogue_breaker import Breaker
from onestep.dialogue_errors import (
    BadAnswer,
    BotAway,
    BotFailed,
    BotWouldNotStart,
    BreakerOpen,
    DialogueError,
    TurnRefused,
)
from onestep.dialogue_turn import (
    Answer,
    Choice,
    Event,
    Happened,
    Json,
    JsonObject,
    Offer,
    Prompt,
    Reply,
    Span,
    Text,
    Texts,
    Turn,
    TurnInput,
    Understood,
    read_answer,
    request_body,
)

__all__ = [
    "Answer",
    "Asker",
    "BadAnswer",
    "BotAway",
    "BotFailed",
    "BotWouldNotStart",
    "Breaker",
    "BreakerOpen",
    "Choice",
    "Dialogue",
    "DialogueError",
    "Event",
    "Happened",
    "Health",
    "Json",
    "JsonObject",
    "Offer",
    "Prompt",
    "Reply",
    "Span",
    "Text",
    "Texts",
    "Turn",
    "TurnInput",
    "TurnRefused",
    "Understood",
]

TIMEOUT = 5.0  # seconds for a whole turn, as the turn contract says
_REFUSED = range(400, 500)


class Asker(Protocol):
    """Whatever answers turns: the socket in service, a plain object in a test."""

    async def turn(self, turn: Turn) -> Answer:
        """Return the answer; raises DialogueError."""
        ...


@dataclass(frozen=True, slots=True)
class Health:
    """How a bot process is: its model, its memory in MiB, the turns it has answered."""

    model: str
    rss_mb: int
    turns: int


class Dialogue:
    """One bot process, reached over its socket; connections are kept and shared."""

    def __init__(
        self, socket: Path, *, timeout: float = TIMEOUT, breaker: Breaker | None = None
    ) -> None:
        """`timeout` in seconds, from asking to the last byte."""
        self._breaker = breaker or Breaker()
        self._timeout = timeout
        # A file of this machine has no certificate: reading everybody's takes 20 ms each time.
        transport = httpx.AsyncHTTPTransport(uds=str(socket), verify=False)
        self._client = httpx.AsyncClient(
            transport=transport,
            base_url="http://bot",
            timeout=timeout,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        """Nothing is opened before the first turn."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def turn(self, turn: Turn) -> Answer:
        """Return the bot's answer to one turn.

        Raises BotAway (also BreakerOpen: not asked), BotFailed (also BadAnswer), TurnRefused.
        """
        self._breaker.admit()
        try:
            answer = await self._asked(turn)
        except TurnRefused:
            self._breaker.succeeded()  # the bot is well; our request was not
            raise
        except DialogueError:
            self._breaker.failed(turn.turn_id)
            raise
        self._breaker.succeeded()
        return answer

    async def _asked(self, turn: Turn) -> Answer:
        try:
            async with asyncio.timeout(self._timeout):
                response = await self._client.post("/turn", content=request_body(turn))
        except (TimeoutError, httpx.TimeoutException):
            raise BotAway("the bot did not answer in time") from None
        except httpx.TransportError:
            raise BotAway("the bot is not reachable") from None
        if response.status_code == httpx.codes.OK:
            return read_answer(response.content, turn)
        code, message = _reason(response.content)
        if response.status_code in _REFUSED:
            raise TurnRefused(code, message)
        raise BotFailed(code, message)

    async def health(self) -> Health:
        """Return how the process is; raises BotAway. The breaker is not asked."""
        try:
            found = (await self._client.get("/health")).json()
            return Health(str(found["model"]), int(found["rss_mb"]), int(found["turns"]))
        except (httpx.TransportError, ValueError, KeyError, TypeError):
            raise BotAway("the bot does not say how it is") from None


def _reason(body: bytes) -> tuple[str, str]:
    try:
        match json.loads(body):
            case {"error": {"code": str(code), "message": str(message)}}:
                return code, message
    except ValueError:
        pass
    return "no_reason", "the bot gave no reason"
