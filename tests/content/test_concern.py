"""The fixed replies are always said, say all they have to, and show nothing they may not."""

import re

import pytest

from onestep.content import Content, check_text, concern_reply
from onestep.content.catalogue import CONCERNS
from onestep.content.gsm import is_gsm7

HELPLINES = re.compile(
    r"samaritans|shout|shelter|refuge|childline|nhs|live fear|116 123|85258", re.IGNORECASE
)


@pytest.mark.parametrize("category", CONCERNS)
@pytest.mark.parametrize("hours", ["in_hours", "out_of_hours"])
@pytest.mark.parametrize("channel", ["telegram", "sms"])
def test_reply_says_what_it_has_to(content: Content, values, category, hours, channel) -> None:
    """Every category: a computer passes it on, who reads it by when, 999, and keep writing."""
    known = values | {"when": "by 3pm today"}
    reply = concern_reply(content, category, hours=hours, values=known, channel=channel)
    for needed in ("computer", "by 3pm today", "999", "keep writing here"):
        assert needed in reply.text
    assert "?" not in reply.text
    assert check_text(reply.text, key=f"concern_now_{category}", channel=channel) == []
    assert channel != "sms" or is_gsm7(reply.text)


def test_out_of_hours_text_is_another(content: Content, values) -> None:
    """At night it is the person on call who is promised, not the coach."""
    day = concern_reply(content, "suicide", hours="in_hours", values=values, channel="sms")
    night = concern_reply(content, "suicide", hours="out_of_hours", values=values, channel="sms")
    assert "Ana" in day.text
    assert "Ana" not in night.text
    assert "on call" in night.text


def test_abuse_and_discreet_phones_show_nothing(content: Content, values) -> None:
    """No helpline, no name, no detail, where somebody else may read it."""
    known = values | {"when": "by 3pm today"}
    texts = [concern_reply(content, "abuse", hours="in_hours", values=known, channel="sms").text]
    texts += [
        concern_reply(
            content, category, hours="out_of_hours", values=known, channel="sms", discreet=True
        ).text
        for category in CONCERNS
    ]
    for text in texts:
        assert not HELPLINES.search(text)
        assert not re.search(r"Ana|Riverside|coach|service|lead", text)
        assert "the way you agreed" in text


def test_housing_gives_the_councils_number_and_no_listening_line(content: Content, values) -> None:
    """A night outside is answered with the council's number, not with someone to talk to."""
    text = concern_reply(content, "housing", hours="in_hours", values=values, channel="sms").text
    assert content.service.council_out_of_hours in text
    assert "Samaritans" not in text


def test_medical_says_999_first(content: Content, values) -> None:
    """In a medical emergency the first sentence sends to 999."""
    text = concern_reply(
        content, "overdose_medical", hours="in_hours", values=values, channel="sms"
    ).text
    assert "999" in text.split(".")[0]


def test_about_us_says_who_does_not_have_it(content: Content, values) -> None:
    """A worry about staff goes past the coach, and says so."""
    text = concern_reply(content, "about_us", hours="in_hours", values=values, channel="sms").text
    assert "lead" in text
    assert "won't see it" in text
    assert "Ana" not in text


def test_score_says_it_may_be_wrong(content: Content, values) -> None:
    """Raised by a score, it says that a computer may have read it wrong and a person will look."""
    reply = concern_reply(
        content, "suicide", hours="in_hours", values=values, channel="sms", by_score=True
    )
    assert reply.text.startswith("A computer may have read this wrong")
    assert reply.keys == ("concern_maybe_wrong", "concern_now_suicide")


@pytest.mark.parametrize("category", ["", "martians", "abuse", None])
@pytest.mark.parametrize("values", [{}, {"coach": None}, {"coach": "مرحبا", "when": ""}])
def test_it_is_said_whatever_is_unknown(content: Content, category, values) -> None:
    """An unknown category, no coach, no time: a reply all the same, that promises no time."""
    reply = concern_reply(content, category, hours="in_hours", values=values, channel="sms")
    assert "999" in reply.text
    assert "as soon as they can" in reply.text
    assert "{" not in reply.text


def test_only_the_nations_numbers_are_given(content: Content, values) -> None:
    """NHS 111 option 2 is for England and Wales; elsewhere it falls away and 999 stays."""
    routes = content.routes
    assert [r.key for r in routes.numbers("hopelessness", nation="wales")] == [
        "emergency",
        "samaritans",
        "nhs_111_2",
    ]
    assert [r.key for r in routes.numbers("hopelessness", nation="scotland")] == [
        "emergency",
        "samaritans",
    ]
