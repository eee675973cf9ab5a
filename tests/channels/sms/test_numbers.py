"""A number has one spelling; what is no number is kept as it came and never answered."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sms.numbers import address, answerable, region_of


@pytest.mark.parametrize(
    "written",
    [
        "+447700900101", "447700900101", "00447700900101", "07700900101", "07700 900 101",
        "(07700) 900101", "+44 (0)7700 900101", " +447700900101 ", "7700900101",
    ],
)  # fmt: skip
def test_one_spelling(written):
    """However a person or a gateway spells a number of this country, it is one address."""
    assert address(written, "GB") == "+447700900101"


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("33612345678", "+33612345678"),
        ("+1 (555) 123-4567", "+15551234567"),
        ("2348031234567", "+2348031234567"),
    ],
)
def test_numbers_from_abroad(written, spelled):
    """A gateway leaves out the plus: a number long enough to be one from abroad is read as one."""
    assert address(written, "GB") == spelled


@pytest.mark.parametrize(
    "sender", ["60777", "82228", "999", "900001", "VODAFONE", "1800FLOWERS", "Bank-4-U", "", "+44"]
)
def test_what_is_no_number_is_kept_raw_and_never_answered(sender):
    """Short codes and names are machines or cost money; numbers of one town are nobody's."""
    assert address(sender, "GB") == sender
    assert not answerable(sender)


def test_new_ranges_are_numbers():
    """A number of the right length counts although no list knows its range yet."""
    number = phonenumbers.parse("+447700900101", None)
    assert not phonenumbers.is_valid_number(number)  # a range for drama, given to nobody
    assert answerable(address("+447700900101"))


@given(st.integers(0, 999_999))
def test_a_spelling_is_final(digits):
    """Spelling an address again changes nothing."""
    once = address(f"07700{digits:06}", "GB")
    assert address(once, "GB") == address(once) == once
    assert answerable(once)


@given(st.text(max_size=40))
def test_any_sender_is_kept(sender):
    """Whatever stands in the place of a number, something is kept for it."""
    kept = address(sender, "GB")
    assert answerable(kept) or kept == sender.strip()


def test_the_country_of_our_own_number():
    """The country whose spelling we read is that of the number we write from."""
    given = ["+447700900000", "447700900000", "+353861234567", "60777"]
    assert [region_of(number) for number in given] == ["GB", "GB", "IE", None]
