"""Posts as no provider sends them: genuine ones, spoilt in one place or many."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

from twilio.request_validator import RequestValidator

from channels.base import Posted
from tests.channels.contract import SECRET, Kit

LONG = "9" * 5000
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**31, 2**63, -(2**63), 10**400, 1.5, 1e308, [], {}, [[]], [None],
    {"id": {}}, "", " ", "\x00", "\ud800", "\udfff\ud800", "\u202e", "h̷̛͎", "\U0001f642" * 4096,
    LONG, "٣", "½", "-1", "1e9", "NaN", "null", "../../etc", "%00%ff", "' OR 1=1 --", "{{7*7}}",
    "\r\nx: y", "private", "/start " + "a" * 65, "STOP", "+447700900101", "kicked",
)  # fmt: skip
WORDS = tuple(each if isinstance(each, str) else str(each) for each in ODD)
BYTES = (
    b"", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"[" * 3000, b"{" * 3000, b'{"a":' * 3000,
    b"&" * 600, b"%", b"%zz", b"=", b"\r\n", b"\\ud800", b"\x1f\x8b\x08", b"9" * 5000, b"NaN",
)  # fmt: skip


def proven(kit: Kit, posted: Posted) -> Posted:
    """The post with the proof of its provider, whatever it says; of Twilio's as Twilio signs."""
    if kit.module != "twilio":
        return kit.prove(posted)
    fields = parse_qs(posted.body.decode("utf-8", "replace"), keep_blank_values=True)
    signature = RequestValidator(SECRET).compute_signature(posted.url, Listed(fields))
    return replace(posted, headers={"x-twilio-signature": signature})


class Listed(dict[str, list[str]]):
    """Fields that may come more than once, as the validator asks for them."""

    def getlist(self, name: str) -> list[str]:
        """All values of a field."""
        return self[name]


def mutated(genuine: Sequence[Posted], dice: random.Random) -> Posted:
    """One genuine post, spoilt once or twice."""
    posted = dice.choice(genuine)
    for _ in range(dice.randint(1, 2)):
        posted = dice.choice(WAYS)(posted, dice, genuine)
    return posted


def in_each_field(posted: Posted, word: str) -> Iterator[Posted]:
    """The post with `word` in one field after the other: of the query, the form or the JSON."""
    bare, _, query = posted.url.partition("?")
    for each in _one_by_one(parse_qsl(query), word):
        yield replace(posted, url=f"{bare}?{each}")
    try:
        value = json.loads(posted.body)
    except ValueError:
        form = parse_qsl(posted.body.decode("utf-8", "replace"), keep_blank_values=True)
        for each in _one_by_one(form, word):
            yield replace(posted, body=each.encode())
        return
    for inside, name in _places(value):
        was, inside[name] = inside[name], word
        yield replace(posted, body=json.dumps(value).encode())
        inside[name] = was


def _one_by_one(pairs: list[tuple[str, str]], word: str) -> Iterator[str]:
    for at, (name, _) in enumerate(pairs):
        yield urlencode([*pairs[:at], (name, word), *pairs[at + 1 :]])


def _bytes(posted: Posted, dice: random.Random, _: Sequence[Posted]) -> Posted:
    """Cut, changed, or with something odd in its middle."""
    body, at = bytearray(posted.body), dice.randint(0, len(posted.body))
    match dice.randrange(3):
        case 0:
            del body[at:]
        case 1:
            for _ in range(dice.randint(1, 20)):
                body[at:at] = bytes([dice.randrange(256)])
        case 2:
            body[at : at + dice.randint(0, 5)] = dice.choice(BYTES)
    return replace(posted, body=bytes(body))


def _spliced(posted: Posted, dice: random.Random, genuine: Sequence[Posted]) -> Posted:
    """Half of it, and half of another; or twice the same."""
    other = dice.choice([*genuine, posted]).body
    half = len(posted.body) // 2
    return replace(posted, body=posted.body[:half] + other[len(other) // 2 :])


def _field(posted: Posted, dice: random.Random, _: Sequence[Posted]) -> Posted:
    """Something odd in one field of the JSON, or of the form."""
    try:
        value = json.loads(posted.body)
    except (ValueError, RecursionError):
        return _form(posted, dice)
    places = list(_places(value))
    if not places:
        return replace(posted, body=json.dumps(dice.choice(ODD)).encode())
    inside, name = dice.choice(places)
    match dice.randrange(4):
        case 0 if isinstance(inside, dict):
            del inside[name]
        case 1 if isinstance(inside, dict):
            inside[dice.choice(WORDS)] = inside[name]
        case _:
            inside[name] = dice.choice(ODD)
    return replace(posted, body=json.dumps(value).encode())


def _places(value: Any) -> list[tuple[Any, Any]]:
    names = value if isinstance(value, dict) else range(len(value)) if _is_list(value) else ()
    found = [(value, name) for name in names]
    return found + [place for name in names for place in _places(value[name])]


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _form(posted: Posted, dice: random.Random) -> Posted:
    pairs = parse_qsl(posted.body.decode("utf-8", "replace"), keep_blank_values=True)
    if not pairs:
        return replace(posted, body=dice.choice(WORDS).encode("utf-8", "replace"))
    at = dice.randrange(len(pairs))
    match dice.randrange(4):
        case 0:
            del pairs[at]
        case 1:
            pairs.append((pairs[at][0], dice.choice(WORDS)))
        case 2:
            pairs += [(f"F{number}", "") for number in range(600)]
        case _:
            pairs[at] = (pairs[at][0], dice.choice(WORDS))
    return replace(posted, body=urlencode(pairs, errors="replace").encode())


def _header(posted: Posted, dice: random.Random, _: Sequence[Posted]) -> Posted:
    """A header gone, or with something odd in it; also ones that nobody sends us."""
    sent = ("content-type", "content-encoding", "content-length", "x-kannel-coding")
    name = dice.choice([*posted.headers, *sent])
    value = dice.choice(WORDS).replace("\r\n", " ").encode("utf-8", "replace").decode()
    kept = {each: told for each, told in posted.headers.items() if each != name}
    return replace(posted, headers=kept if dice.random() < 0.3 else {**kept, name: value})


def _query(posted: Posted, dice: random.Random, _: Sequence[Posted]) -> Posted:
    """Another query."""
    bare = posted.url.partition("?")[0]
    names = ("id", "reference", "state", dice.choice(WORDS))
    # No longer than a server takes at all: what is longer is refused before it is anybody's.
    more = {dice.choice(names)[:500]: dice.choice(WORDS)[:5000] for _ in range(dice.randint(0, 3))}
    return replace(posted, url=f"{bare}?{urlencode(more, errors='replace')}")


type Way = Callable[[Posted, random.Random, Sequence[Posted]], Posted]
WAYS: tuple[Way, ...] = (_bytes, _spliced, *[_field] * 6, _header, _query)
