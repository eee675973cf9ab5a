"""Seals words, names and addresses so that a stolen database tells nothing.

AES-256-GCM, with the key's id in the value and `table|column|id` as associated data, so that a
value copied to another place does not open (security page, S12). Addresses are looked up by a
keyed hash. All sealing is explicit, in queries; no column seals by magic.
"""

import hashlib
import hmac
import json
import os
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from onestep.storage.errors import KeyMissing, Unreadable

KEY_BYTES = 32
NONCE_BYTES = 12
LEAST_DIFFERENT = 12  # of 32 random bytes about 30 differ


@dataclass(frozen=True)
class Place:
    """Where a sealed value lives; a value opens only in the place it was sealed for."""

    table: str
    column: str
    id: str

    def bytes(self) -> bytes:
        """The associated data of the cipher."""
        return f"{self.table}|{self.column}|{self.id}".encode()


@dataclass(frozen=True)
class Keyring:
    """The keys that seal and open; the current one seals, every one opens."""

    current: str
    keys: dict[str, bytes]
    lookup: bytes

    def __repr__(self) -> str:
        """Shows which keys there are, never what they are."""
        return f"Keyring(current={self.current!r}, {len(self.keys)} keys)"

    def seal(self, place: Place, text: str) -> bytes:
        """Seals `text` for one place, every code unit kept (lone surrogates too)."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        words = text.encode("utf-8", "surrogatepass")
        sealed = AESGCM(self.keys[self.current]).encrypt(nonce, words, place.bytes())
        return self.current.encode() + b":" + nonce + sealed

    def open(self, place: Place, value: bytes) -> str:
        """Opens what `seal` made for the same place.

        Raises Unreadable when the key is unknown or the value belongs somewhere else.
        """
        key_id, _, rest = value.partition(b":")
        key = self.keys.get(key_id.decode("ascii", "replace"))
        if key is None:
            raise Unreadable(Unreadable.__doc__)
        try:
            words = AESGCM(key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], place.bytes())
        except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce
            raise Unreadable(Unreadable.__doc__) from None
        return words.decode("utf-8", "surrogatepass")

    def address_hash(self, channel: str, value: str) -> str:
        """The keyed hash an address is looked up by; the same address gives the same hash."""
        return hmac.new(self.lookup, f"{channel}|{value}".encode(), hashlib.sha256).hexdigest()

    def derived(self, purpose: str) -> bytes:
        """A key for one purpose: the same for ever, and no use for any other purpose."""
        return hmac.new(self.lookup, f"key for {purpose}".encode(), hashlib.sha256).digest()


def new_keyring() -> Keyring:
    """A keyring of fresh random keys."""
    return Keyring("k1", {"k1": secrets.token_bytes(KEY_BYTES)}, secrets.token_bytes(KEY_BYTES))


def write_keyring(path: Path, keyring: Keyring) -> None:
    """Writes a key file that only its owner can read; refuses to replace one that is there."""
    body = {
        "current": keyring.current,
        "keys": {name: b64encode(key).decode() for name, key in keyring.keys.items()},
        "lookup": b64encode(keyring.lookup).decode(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(body, file)


def read_keyring(path: Path) -> Keyring:
    """Reads a key file. Raises KeyMissing when it is absent, broken or too weak to use."""
    try:
        body = json.loads(path.read_text())
        keys = {str(name): b64decode(key) for name, key in body["keys"].items()}
        keyring = Keyring(str(body["current"]), keys, b64decode(body["lookup"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise KeyMissing(KeyMissing.__doc__) from None
    if any(map(_weak, (*keys.values(), keyring.lookup))) or keyring.current not in keys:
        raise KeyMissing(KeyMissing.__doc__)
    return keyring


def _weak(key: bytes) -> bool:
    """Not made at random: of another length, or of a few bytes over and over."""
    return len(key) != KEY_BYTES or len(set(key)) < LEAST_DIFFERENT
