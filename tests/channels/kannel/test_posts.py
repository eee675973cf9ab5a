"""What Kannel brings: believed from its address to the secret path, read as a person would."""

import random
from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import errors
from channels.base import Posted
from channels.errors import Forged, Unreadable
from tests.channels.kannel.conftest import SECRET, made
from tests.channels.peers.kannel import PASSWORD
from tests.channels.sms.expected import events, payloads

URL = f"https://onestep.example.org/webhooks/kannel/{SECRET}"
HEADERS = {"x-kannel-from": "447700900101", "x-kannel-coding": "0"}
RIGHT = Posted(f"{URL}?id=1", HEADERS, b"hello", remote="127.0.0.1")


@pytest.mark.parametrize("payload", payloads("kannel"))
def test_each_payload_means_what_a_person_would_expect(payload):
    """Acceptance 1: a payload from the right place becomes just the events it stands for."""
    body = bytes.fromhex(payload["body"])
    posted = Posted(f"{URL}?{payload['query']}", payload["headers"], body, remote="127.0.0.1")
    if "refused" in payload:
        with pytest.raises(getattr(errors, payload["refused"])):
            made().read(posted)
    else:
        assert list(made().read(posted)) == events(payload["expected"])


def test_a_forger_gets_nowhere(long):
    """Acceptance 10: of 1,000 wrong paths and places not one is believed."""
    chance = random.Random(7)
    believed = 0
    for number in range(10_000 if long else 1_000):
        try:
            made().read(_forged(number, chance))
        except Forged:
            continue
        believed += 1
    assert believed == 0


def _forged(number, chance):
    at = chance.randrange(len(SECRET))
    other = chance.choice([sign for sign in "abcXYZ09-_" if sign != SECRET[at]])
    secrets = (
        "",
        SECRET[:at] + other + SECRET[at + 1 :],
        SECRET[:at],
        SECRET + other,
        SECRET.swapcase(),
        "é" * number,
        SECRET + "/",
        f"{SECRET}%00",
    )
    places = (None, "", "10.0.0.1", "127.0.0.2", "::1", "::ffff:10.0.0.1", "127.0.0.1.evil", "0")
    if number % 2:
        return replace(RIGHT, remote=places[number // 2 % len(places)])
    path = secrets[number // 2 % len(secrets)]
    return replace(RIGHT, url=f"https://onestep.example.org/webhooks/kannel/{path}?id=1")


@pytest.mark.parametrize(
    ("allowed", "remote"),
    [
        ("127.0.0.1/32", "::ffff:127.0.0.1"),
        ("10.1.0.0/16", "10.1.2.3"),
        ("::1/128", "::1"),
        ("fd00::/8", "fd12::1"),
    ],
)
def test_listed_places(allowed, remote):
    """A gateway may be anywhere the service lists, also where both kinds of addresses meet."""
    assert made(allowed=(ip_network(allowed),)).read(replace(RIGHT, remote=remote))


def test_without_an_id_nothing_is_lost(caplog):
    """A gateway set up without %I still brings texts; each counts as new, and a log says so."""
    posted = replace(RIGHT, url=URL)
    ids = {made().read(posted)[0].provider_id for _ in range(3)}
    assert len(ids) == 3
    assert "%I" in caplog.text
    assert SECRET not in caplog.text


@given(
    st.binary(max_size=500),
    st.dictionaries(
        st.sampled_from(["x-kannel-from", "x-kannel-coding", "x-kannel-time", "x-kannel-to"]),
        st.one_of(st.sampled_from(["0", "1", "2", "447700900101"]), st.text(max_size=20)),
    ),
    st.text(max_size=20),
)
def test_nothing_breaks_the_reading(body, headers, query):
    """Bad input: whatever the gateway brings is read or refused, never a fault."""
    with suppress(Unreadable):  # and not Forged: it came from the right place
        made().read(Posted(f"{URL}?id=1&{query}", headers, body, remote="127.0.0.1"))


def test_nothing_is_said_by_return():
    """The answer has no word in it: the gateway would send it to the phone."""
    assert made().answer(Posted("", {}, b"")).body == ""


def test_secrets_are_not_shown():
    """Security S13: no way of printing the channel has its password or its path."""
    assert not [secret for secret in (PASSWORD, SECRET) if secret in f"{made()!r} {made()}"]
