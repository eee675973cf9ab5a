"""Posts signed as Twilio documents it, without Twilio's own library."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlencode

from channels.base import Posted
from channels.twilio import Twilio

SID = "AC" + "1" * 32
TOKEN = "a-made-up-token"
PUBLIC = "https://onestep.example.org"


def made(**given) -> Twilio:
    """A channel; what is not given does not matter."""
    whole = {"sid": SID, "token": TOKEN, "sender": "+447700900000", "public_url": PUBLIC}
    return Twilio(**{**whole, **given})


def signature(url: str, fields: Mapping[str, str], token: str = TOKEN) -> str:
    """The address, then each field's name and value in the order of the names, through HMAC."""
    said = url + "".join(name + fields[name] for name in sorted(fields))
    digest = hmac.new(token.encode(), said.encode("utf-8", "replace"), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def signed(fields: Mapping[str, str], *, query: str = "", token: str = TOKEN) -> Posted:
    """A post of Twilio's, as it comes to us."""
    url = f"{PUBLIC}{Twilio.path}" + (f"?{query}" if query else "")
    headers = {
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        "x-twilio-signature": signature(url, fields, token),
    }
    return Posted(url, headers, urlencode(fields).encode(), remote="198.51.100.7")
