"""What every channel must hold to, whoever its provider is, and what each needs to be asked it.

A new channel is asked by adding its kit to KITS; `test_contract.py` asks, and finds a channel that
has none. What only one provider does is tested beside that channel.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from itertools import chain
from json import dumps
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from channels.base import (
    Attachment,
    Channel,
    ContactChange,
    DeliveryReport,
    Event,
    Inbound,
    Posted,
)
from channels.email import Email, Tls
from channels.errors import Forged, Unreadable
from channels.kannel import Kannel
from channels.ledger import Ledger
from channels.simulator import Simulator
from channels.telegram import Telegram
from channels.twilio import Twilio
from tests.channels.sms.expected import payloads
from tests.channels.twilio.signed import PUBLIC, SID, signature, signed

KINDS = {"text", "choice", "edit", "attachment", "join", "call"}
THINGS = {"photo", "voice", "video", "document", "sticker", "location", "contact"}
STATES = {"sent", "delivered", "failed"}
CHANGES = {"blocked", "unblocked", "opted_out", "opted_in"}
SECRET = "canary-secret-of-ours"  # every secret of every channel; it must never be seen


@dataclass(frozen=True)
class Kit:
    """One channel, as far as it has to be known to be asked."""

    module: str  # under channels/
    make: Callable[[str, Path], Channel]  # with its provider at this address, and a folder
    to: str  # an address it can write to
    genuine: Callable[[], Sequence[Posted]] = field(default=tuple)  # posts with their proof
    prove: Callable[[Posted], Posted] = field(default=lambda posted: posted)  # gives one its proof
    forge: Callable[[Posted], Sequence[Posted]] = field(default=lambda _: ())  # spoils the proof
    only_sends: bool = False  # nothing comes in by it, because nobody is to write to us there
    by_http: bool = True  # its provider answers as a web server does


def allowed(event: Event, channel: str) -> None:
    """Asserts that the service will understand this event."""
    assert event.channel == channel
    assert event.provider_id
    said = [value for value in vars(event).values() if isinstance(value, str)]
    assert not any("\x00" in value for value in said)  # PostgreSQL keeps none
    match event:
        case Inbound():
            _understood(event)
        case DeliveryReport():
            assert event.state in STATES
        case ContactChange():
            assert event.change in CHANGES
            assert event.sender
        case _:
            raise AssertionError(type(event))


def _understood(event: Inbound) -> None:
    assert event.sender
    assert event.kind in KINDS
    assert (event.edits is not None) == (event.kind == "edit")
    assert (event.code is not None) == (event.kind == "join")
    assert event.callback is None or event.kind == "choice"
    assert event.replies_to != event.provider_id
    assert event.sent_at is None or event.sent_at.tzinfo is not None
    event.text.encode()  # no lone surrogate
    for thing in event.attachments:
        assert isinstance(thing, Attachment)
        assert thing.kind in THINGS


def read_or_refused(channel, posted: Posted) -> Sequence[Event]:
    """What a post says, or nothing where it is refused as base.py lets it."""
    with suppress(Unreadable, Forged):
        return channel.read(posted)
    return ()


# ------------------------------------------------------------------------------------- Telegram


def _telegram(url: str, _: Path) -> Telegram:
    return Telegram(f"1:{SECRET}", key=SECRET.encode(), secret=SECRET, base_url=url, seconds=1)


def _telegram_post(posted: Posted) -> Posted:
    headers = {"content-type": "application/json", "x-telegram-bot-api-secret-token": SECRET}
    return replace(posted, headers=headers)


def _telegram_posts() -> list[Posted]:
    updates = [param.values[0]["payload"] for param in payloads("telegram")]
    bare = [
        Posted(f"{PUBLIC}/webhooks/telegram", {}, dumps(update).encode()) for update in updates
    ]
    return [_telegram_post(posted) for posted in bare]


def _telegram_forged(posted: Posted) -> list[Posted]:
    wrong = ("", SECRET[:-1], SECRET + "x", SECRET.upper(), "é" + SECRET)
    name = "x-telegram-bot-api-secret-token"
    return [replace(posted, headers={}), *(replace(posted, headers={name: w}) for w in wrong)]


# --------------------------------------------------------------------------------------- Twilio


def _twilio(url: str, _: Path) -> Twilio:
    return Twilio(
        sid=SID, token=SECRET, sender="+447700900000", public_url=PUBLIC, api=url, seconds=1
    )


def _twilio_posts() -> list[Posted]:
    files = [param.values[0] for param in payloads("twilio")]
    return [
        signed(file["fields"], query=file["query"], token=SECRET)
        for file in files
        if "refused" not in file
    ]


def _twilio_post(posted: Posted) -> Posted:
    fields = dict(parse_qsl(posted.body.decode("utf-8", "replace"), keep_blank_values=True))
    return replace(
        posted, headers={"x-twilio-signature": signature(posted.url, fields, token=SECRET)}
    )


def _twilio_forged(posted: Posted) -> list[Posted]:
    name = "x-twilio-signature"
    right = posted.headers[name]
    other = signature(posted.url, {}, token="another")
    wrong = ("", right[:-2], right.swapcase(), other)
    return [
        replace(posted, headers={}),
        replace(posted, body=posted.body + b"&Extra=1"),
        *(replace(posted, headers={name: each}) for each in wrong),
    ]


# --------------------------------------------------------------------------------------- Kannel


def _kannel(url: str, _: Path) -> Kannel:
    return Kannel(
        send_url=f"{url}/cgi-bin/sendsms",
        username="onestep",
        password=SECRET,
        sender="+447700900000",
        secret=SECRET,
        allowed=(ip_network("192.0.2.0/24"),),
        our_url=PUBLIC,
        seconds=1,
    )


def _kannel_post(posted: Posted) -> Posted:
    query = posted.url.partition("?")[2]
    url = f"{PUBLIC}/webhooks/kannel/{SECRET}?{query}"
    return replace(posted, url=url, remote="192.0.2.9")


def _kannel_posts() -> list[Posted]:
    files = [param.values[0] for param in payloads("kannel")]
    return [
        _kannel_post(Posted(f"/?{file['query']}", file["headers"], bytes.fromhex(file["body"])))
        for file in files
        if "refused" not in file
    ]


def _kannel_forged(posted: Posted) -> list[Posted]:
    wrong = ("", SECRET[:-1], SECRET + "x", SECRET.upper())
    paths = [replace(posted, url=posted.url.replace(SECRET, each)) for each in wrong]
    remotes = (None, "", "198.51.100.1", "not an address", "::ffff:198.51.100.1")
    return paths + [replace(posted, remote=remote) for remote in remotes]


# --------------------------------------------------------------------------------------- e-mail


def _email(url: str, _: Path) -> Email:
    return Email(
        host=urlsplit(url).hostname,
        port=urlsplit(url).port,
        tls=Tls.NONE,
        sender="onestep@example.org",
        username="onestep",
        password=SECRET,
        seconds=1,
    )


def _simulator(_: str, folder: Path) -> Simulator:
    return Simulator("telegram", Ledger(folder / "phones.db"))


KITS = (
    Kit("simulator", _simulator, "1001"),
    Kit("telegram", _telegram, "1001", _telegram_posts, _telegram_post, _telegram_forged),
    Kit("twilio", _twilio, "+447700900101", _twilio_posts, _twilio_post, _twilio_forged),
    Kit("kannel", _kannel, "+447700900101", _kannel_posts, _kannel_post, _kannel_forged),
    Kit("email", _email, "ana@example.org", only_sends=True, by_http=False),
)


def all_posts(kit: Kit) -> list[Posted]:
    """The kit's posts, each also with what can go wrong on the way: cut, doubled, garbled."""
    genuine = kit.genuine()
    spoilt = (
        [
            replace(posted, body=body)
            for body in (posted.body[: len(posted.body) // 2], b"", GARBAGE)
        ]
        for posted in genuine
    )
    return [kit.prove(posted) for posted in chain.from_iterable(spoilt)]


GARBAGE = b"\xff\xfe\x00{[%%%&=&=\xed\xa0\x80" * 20
