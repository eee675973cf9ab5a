"""What Twilio's error codes mean for a message: one table, and Twilio's own words beside it.

The meanings are those of Twilio's published list; what each leads to is decided here, once, for
an answer to a send and for a later status alike.
"""

from collections.abc import Mapping
from json import loads

from channels.errors import Gone, NotSent, OptedOut, OurFault, Refused, SendError
from channels.sms.calls import failure, retry_after

OPTED_OUT = "21610"  # the person sent STOP: opted out at Twilio
GONE = frozenset(
    {
        "21211",  # invalid 'To' phone number
        OPTED_OUT,
        "21612",  # not reachable by SMS
        "21614",  # not a mobile number
        "30005",  # unknown destination handset
        "30006",  # landline or unreachable carrier
        "63024",  # invalid message recipient
    }
)
BACK_OFF = frozenset(
    {
        "429",
        "14107",  # send rate limit exceeded
        "20429",  # too many requests
        "21611",  # too many messages queued for this sender
        "30001",  # queue overflow
        "30003",  # handset off or out of reach: perhaps later
        "30008",  # unknown error: perhaps later
        "30022",  # the carriers' own rate limit
        "30410",  # provider timed out
        "63018",  # rate limit of the channel
    }
)
OUR_FAULT = frozenset(
    {
        "20003",  # permission denied: SID or token
        "20404",  # not found: account or service
        "21212",  # invalid 'From'
        "21408",  # sending to that country is not switched on
        "21606",  # this 'From' cannot send there
        "21608",  # a trial account writes to verified numbers only
        "30002",  # account suspended
        "63038",  # daily limit of the account: all wait until it is lifted, tried each minute
    }
)
REFUSED = frozenset(
    {
        "21602",  # no body
        "21604",  # no 'To'
        "21617",  # over 1,600 characters
        "21620",  # invalid media address
        "30004",  # blocked by the carrier
        "30007",  # filtered by the carrier
        "30010",  # dearer than the price we allow
        "30019",  # too large for the carrier
        "63016",  # outside WhatsApp's window
        "63032",  # a limit of WhatsApp's
    }
)


def meaning(code: str) -> SendError | None:
    """What one of Twilio's codes means for a message; None for a code we do not know.

    The error says the code and nothing else: Twilio's texts quote the number.
    """
    if code == OPTED_OUT:
        return OptedOut(code)
    if code in GONE:
        return Gone(code)
    if code in BACK_OFF:
        return NotSent()
    if code in OUR_FAULT:
        return OurFault(code)
    return Refused(code) if code in REFUSED else None


def refusal(status: int, body: str, headers: Mapping[str, str]) -> SendError:
    """What an answer of Twilio's that is no success means: by its code, else by its status."""
    error = meaning(_code(body))
    if error is None:
        return failure(status, headers)
    if isinstance(error, NotSent) and error.retry_after is None:
        return NotSent(retry_after(headers))
    return error


def _code(body: str) -> str:
    try:
        told = loads(body)
    except ValueError:
        return ""
    return str(told.get("code", "")) if isinstance(told, dict) else ""
