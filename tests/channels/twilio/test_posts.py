"""What Twilio posts: believed when signed, read as a person would, never a fault of ours."""

import random
from contextlib import suppress
from dataclasses import replace
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from channels import errors
from channels.base import Inbound, Posted
from channels.errors import Forged, Unreadable
from channels.twilio import posts
from tests.channels.sms.expected import events, payloads
from tests.channels.twilio.signed import PUBLIC, TOKEN, made, signature, signed

FIELDS = {"MessageSid": "SM1", "From": "+447700900101", "Body": "hello", "NumMedia": "0"}


@pytest.mark.parametrize("payload", payloads("twilio"))
def test_each_payload_means_what_a_person_would_expect(payload):
    """Acceptance 1: a payload with the right signature becomes just the events it stands for."""
    posted = signed(payload["fields"], query=payload["query"])
    if "refused" in payload:
        with pytest.raises(getattr(errors, payload["refused"])):
            made().read(posted)
    else:
        assert list(made().read(posted)) == events(payload["expected"])


def test_the_example_in_twilios_documents():
    """A signature that Twilio itself published is believed."""
    fields = {
        "CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234",
        "From": "+14158675309", "To": "+18005551212",
    }  # fmt: skip
    url = "https://mycompany.com/myapp.php"
    headers = {"x-twilio-signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="}
    posted = Posted(f"{url}?foo=1&bar=2", headers, urlencode(fields).encode())
    assert posts.read(posted, url=url, validator=RequestValidator("12345")) == ()


@pytest.mark.parametrize(
    "url",
    [
        f"http://10.0.0.5:8000{made().path}",
        f"https://onestep.example.org{made().path}#fragment",
        f"https://onestep.example.org:443{made().path}",
        made().path,
    ],
)
def test_behind_a_proxy(url):
    """Whatever a request looks like to us, it is signed for the address that Twilio knows."""
    assert made().read(replace(signed(FIELDS), url=url))


def test_signed_with_the_port():
    """Twilio signs the address with and without its port; both count."""
    url = f"https://onestep.example.org:443{made().path}"
    headers = {"x-twilio-signature": signature(url, FIELDS)}
    assert made().read(Posted(url, headers, urlencode(FIELDS).encode()))


def test_a_forger_gets_nowhere(long):
    """Acceptance 10: of 1,000 forged, altered and missing signatures not one is believed."""
    chance = random.Random(7)
    right = signed(FIELDS)
    believed = 0
    for number in range(10_000 if long else 1_000):
        post = _forged(right, number, chance)
        try:
            made().read(post)
        except Forged:
            continue
        believed += 1
    assert believed == 0


def _forged(right, number, chance):
    """One of the ways to try."""
    signature_ = right.headers["x-twilio-signature"]
    at = chance.randrange(len(signature_) - 1)
    other = chance.choice([sign for sign in "ABCxyz019+/" if sign != signature_[at]])
    tries = (
        "",
        signature_[:at] + other + signature_[at + 1 :],
        signature_[:at],
        signature_ + "=",
        signature_.swapcase(),
        "é" * 28,
        signed(FIELDS, token=f"another-{number}").headers["x-twilio-signature"],
    )
    match number % 10:
        case 7:
            return replace(right, body=right.body + f"&Body={number}".encode())
        case 8:
            return replace(right, body=right.body.replace(b"hello", b"hello%d" % number))
        case 9:
            return replace(right, url=f"{right.url}?reference={number}")
        case 0 if number % 20:
            return replace(right, headers={})
        case _:
            headers = {"x-twilio-signature": tries[number % len(tries)]}
            return replace(right, headers=headers)


def test_a_form_of_too_many_fields_is_not_read():
    """A flood of fields is refused before anything is made of it."""
    fields = {f"F{number}": "" for number in range(1_000)}
    with pytest.raises(Forged):
        made().read(signed({**FIELDS, **fields}))


@given(st.binary(max_size=2_000))
def test_no_body_breaks_the_reading(body):
    """Bad input: whatever is posted and signed is read or refused, never a fault."""
    url = f"{PUBLIC}{made().path}"
    text = body.decode("utf-8", "replace")
    fields = posts._Fields(parse_qs(text, keep_blank_values=True))
    right = RequestValidator(TOKEN).compute_signature(url, fields)
    with suppress(Unreadable):  # and not Forged: it is signed
        made().read(Posted(url, {"x-twilio-signature": right}, body))


@pytest.mark.slow
@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            sorted(
                [
                    *FIELDS,
                    "CallSid",
                    "MessageStatus",
                    "OptOutType",
                    "NumMedia",
                    "MediaUrl0",
                    "Direction",
                    "ErrorCode",
                ]
            )
        ),
        st.text(st.characters(codec="utf-8")),
    )
)
def test_odd_values_are_kept_safely(fields):
    """Acceptance 10: NUL, right to left, zalgo and 4,096 emoji are read, and kept without NUL."""
    for text in (fields.get("Body", ""), "😀" * 4_096, "\u202e\u0301" * 500):
        try:
            read = made().read(signed({**fields, "Body": text}))
        except Unreadable:
            continue
        for event in read:
            if isinstance(event, Inbound):
                assert event.kind == "call" or event.text == text.replace("\0", "\ufffd")


def test_nothing_is_said_by_return():
    """The answer is TwiML without a word: every reply of ours goes through the outbox."""
    answer = made().answer(signed({"MessageSid": "SM1", "Body": "CallSid=CA1"}))
    assert answer.content_type.startswith("text/xml")
    assert answer.body.endswith("<Response></Response>")


def test_a_call_is_not_taken():
    """A call sounds engaged: nobody is charged for it, and nothing is recorded."""
    answer = made().answer(signed({"CallSid": "CA1", "Direction": "inbound"}))
    assert answer.content_type.startswith("text/xml")
    assert answer.body.endswith('<Response><Reject reason="busy"/></Response>')


def test_the_token_is_not_shown():
    """Security S13: no way of printing the channel has its token."""
    twilio = made()
    assert twilio._library
    assert TOKEN not in f"{twilio!r} {twilio} {twilio._library!r} {twilio._validator!r}"
