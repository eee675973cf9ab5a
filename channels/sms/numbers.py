"""Numbers in one spelling: kept in E.164, and what is no number kept as it came."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_BARE_E164 = re.compile(r"[1-9]\d{9,14}")  # shorter ones may be short codes


def address(number: str, region: str | None = None) -> str:
    """A number in E.164; a short code or a sender's name just as it came.

    `region` is the country whose own spelling is understood too. Only the length is judged: new
    ranges are given out faster than any list learns of them, so a number that "is not valid" is
    often somebody's.
    """
    raw = number.strip()
    if any(sign.isalpha() for sign in raw):
        return raw  # the library would read letters as the digits of a keypad
    abroad = _e164(f"+{raw}", None) if _BARE_E164.fullmatch(raw) else None
    return _e164(raw, region) or abroad or raw


def _e164(text: str, region: str | None) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return None
    # `is_possible_number` would also take numbers that work inside one town only.
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def answerable(address: str) -> bool:
    """Whether a text may be sent there; short codes and names are machines, or cost money."""
    return bool(_E164.fullmatch(address))


def region_of(number: str) -> str | None:
    """The country a number of ours is in (GB); None for a short code."""
    written = _e164(number, None) or _e164(f"+{number}", None)
    if written is None:
        return None
    code = phonenumbers.parse(written, None).country_code
    return phonenumbers.region_code_for_country_code(code or 0)
