"""Twilio's own library over our own calls, and what its answers mean to us.

Left to itself the library waits for ever, logs every address it calls and quotes numbers in its
errors; so it never makes a call, and no error of its own gets out of here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from logging import getLogger
from typing import Any

from twilio.base.exceptions import TwilioException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from channels.errors import Unknown
from channels.sms.calls import call
from channels.twilio.codes import refusal


class _Calls(AsyncHttpClient):  # type: ignore[misc]  # it has no types
    """The one call that the library makes everything of."""

    def __init__(self, seconds: float) -> None:
        super().__init__(getLogger(__name__), is_async=True, timeout=seconds)

    async def request(  # noqa: PLR0913, PLR0917  # the library fixes it
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109  # the library fixes it
        allow_redirects: bool = False,  # noqa: ARG002, FBT001, FBT002  # the same
    ) -> Response:
        """The answer to a call that succeeded. Raises SendError."""
        answer = await call(
            method,
            uri,
            seconds=self.timeout or 0,
            params=params,
            data=data,
            headers=headers,
            auth=auth,
        )
        if answer.is_error:
            raise refusal(answer.status_code, answer.text, answer.headers)
        return Response(answer.status_code, answer.text, answer.headers)


def library(sid: str, token: str, *, api: str, seconds: float) -> Client:
    """The library, calling `api`. What it is asked raises SendError."""
    made = Client(sid, token, http_client=_Calls(seconds))
    made.api.base_url = api
    return made


@contextmanager
def understood() -> Iterator[None]:
    """What looks like an answer and cannot be read leaves open what became of the call."""
    try:
        yield
        return
    except (TwilioException, ValueError, TypeError, KeyError, AttributeError):
        pass
    raise Unknown  # from out here, so that the library's error does not hang on to it


def required(told: str | None) -> str:
    """What every answer has. Raises Unknown for one that has it not."""
    if not told:
        raise Unknown
    return told


def at(listed: Any) -> datetime:
    """When a listed message was sent, or at least taken; one without a date counts as new."""
    when = listed.date_sent or listed.date_created
    return when if isinstance(when, datetime) else datetime.now(UTC)
