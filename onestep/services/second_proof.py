"""The second proof of a sign-in: six digits that change each half minute (TOTP, RFC 6238)."""

import hashlib
import hmac
from base64 import b32encode
from datetime import datetime

import pyotp

STEP = 30  # seconds
AROUND = (0, -1, 1)  # a phone's clock may be half a minute off
ISSUER = "Onestep"
BYTES = 20


def secret_of(key: bytes, token: str) -> str:
    """The secret that belongs to a one-time link: the same each time its page is opened.

    So it need not be kept before the link is used, nor sent back and forth.
    """
    return b32encode(hmac.new(key, token.encode(), hashlib.sha256).digest()[:BYTES]).decode()


def address(secret: str, name: str) -> str:
    """What an authenticator app reads from the picture."""
    return pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=name, issuer_name=ISSUER)


def taken(secret: str, code: str, *, now: datetime, after: int | None) -> int | None:
    """The half minute whose digits these are; None where they do not fit or were taken before.

    `after`: the half minute whose digits were taken last.
    """
    digits = "".join(code.split())
    current = int(now.timestamp()) // STEP
    for half_minute in (current + shift for shift in AROUND):
        expected = pyotp.TOTP(secret, interval=STEP).at(half_minute * STEP)
        if hmac.compare_digest(expected.encode(), digits.encode()):
            return half_minute if after is None or half_minute > after else None
    return None
