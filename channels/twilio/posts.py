"""Reads what Twilio posts: believed only when it is signed, then told as events.

One address takes everything (texts, statuses, calls): what came is known by its fields.
"""

import string
from collections.abc import Sequence
from urllib.parse import parse_qs, parse_qsl, urlsplit

from twilio.request_validator import RequestValidator

from channels.base import Attachment, ContactChange, DeliveryReport, Event, Inbound, Posted
from channels.errors import Forged, Unreadable
from channels.sms.numbers import address, answerable
from channels.sms.plain import plain
from channels.twilio.codes import GONE

SIGNATURE = "x-twilio-signature"
_MOST_FIELDS = 500  # Twilio posts about thirty; each is hashed before anything is believed

_STATES = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
# Twilio acts on these words by itself; we must think of the number as it does.
_OPT_OUT = frozenset(
    ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT")
)
_OPT_IN = frozenset({"START", "UNSTOP"})
OPTED_OUT = "opted_out"
_KINDS = {"image": "photo", "audio": "voice", "video": "video"}
# Withheld numbers: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE on a keypad.
_WITHHELD = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})


class _Fields(dict[str, list[str]]):
    """Posted fields, of which the validator asks all values; blank ones are signed too."""

    def getlist(self, name: str) -> list[str]:
        return self[name]

    def first(self, name: str) -> str:
        return plain(self.get(name, [""])[0])


def read(posted: Posted, *, url: str, validator: RequestValidator) -> Sequence[Event]:
    """What a post says, in order.

    `url` is where Twilio posts to, as Twilio knows it: behind a proxy a request looks as if it
    came in by another name. Raises Forged or Unreadable.
    """
    query = urlsplit(posted.url).query
    fields = _signed(posted, f"{url}?{query}" if query else url, validator)
    if fields.first("CallSid"):
        return _call(fields)
    if fields.first("MessageStatus"):
        return _status(fields, query)
    return _message(fields)


def answer(posted: Posted) -> str:
    """What Twilio does next: nothing for a text; to a call it sounds engaged, and records nothing.

    A call that is refused before it is answered is not charged for.
    """
    verbs = '<Reject reason="busy"/>' if b"CallSid=" in posted.body else ""
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{verbs}</Response>'


def _signed(posted: Posted, url: str, validator: RequestValidator) -> _Fields:
    try:
        pairs = parse_qs(
            posted.body.decode("utf-8", "replace"),
            keep_blank_values=True,
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise Forged from None
    fields = _Fields(pairs)
    signature = posted.headers.get(SIGNATURE, "")
    if not signature or not validator.validate(url, fields, signature):
        raise Forged
    return fields


def _call(fields: _Fields) -> Sequence[Event]:
    sender = address(fields.first("From"))
    # Nobody can be rung on a withheld number; our own calls are not theirs.
    if fields.first("Direction") != "inbound" or not answerable(sender) or sender in _WITHHELD:
        return ()
    call = fields.first("CallSid")
    return (Inbound("sms", call, sender, kind="call", to=fields.first("To") or None),)


def _status(fields: _Fields, query: str) -> Sequence[Event]:
    state = _STATES.get(fields.first("MessageStatus"))
    if state is None:
        return ()  # queued, sending, and whatever Twilio thinks of next
    code = fields.first("ErrorCode") or None
    return (
        DeliveryReport(
            "sms",
            _message_id(fields),
            state,
            code=code,
            gone=state == "failed" and code in GONE,
            reference=plain(dict(parse_qsl(query)).get("reference", "")) or None,
        ),
    )


def _message(fields: _Fields) -> Sequence[Event]:
    sender = address(fields.first("From"))
    text = fields.first("Body")
    change = change_by(fields.first("OptOutType") or text)
    message = Inbound(
        "sms",
        _message_id(fields),
        sender,
        text=text,
        attachments=_attachments(fields),
        kind="attachment" if _pictures(fields) else "text",
        to=fields.first("To") or None,
        answerable=answerable(sender),
        stop_confirmed=change == OPTED_OUT,
    )
    if not message.sender:
        raise Unreadable
    return events(message, change)


def events(message: Inbound, change: str | None) -> Sequence[Event]:
    """A text, and behind it what it has changed at Twilio."""
    if change is None:
        return (message,)
    marked = f"{message.provider_id}-{change}"
    told = ContactChange(
        "sms", marked, message.sender, change, sent_at=message.sent_at, late=message.late
    )
    return (message, told)


def _message_id(fields: _Fields) -> str:
    found = fields.first("MessageSid") or fields.first("SmsSid")
    if not found:
        raise Unreadable
    return found


def change_by(said: str) -> str | None:
    """Whether Twilio closed or opened the number to us at this text (or `OptOutType`), by itself.

    It tells the phone so; a STOP in other words it hands on like any text.
    """
    word = said.strip(string.punctuation + string.whitespace).upper()
    if word in _OPT_OUT:
        return OPTED_OUT
    return "opted_in" if word in _OPT_IN else None


def _pictures(fields: _Fields) -> int:
    count = fields.first("NumMedia")
    return int(count[:3]) if count.isascii() and count.isdigit() else 0


def _attachments(fields: _Fields) -> tuple[Attachment, ...]:
    return tuple(
        attachment(fields.first(f"MediaUrl{number}"), fields.first(f"MediaContentType{number}"))
        for number in range(min(_pictures(fields), _MOST_FIELDS))
    )


def attachment(reference: str, content_type: str) -> Attachment:
    """One thing that came with a message, by its kind of content."""
    broad = content_type.partition("/")[0]
    kind = "contact" if content_type.endswith("vcard") else _KINDS.get(broad, "document")
    return Attachment(kind, reference, content_type or None)
