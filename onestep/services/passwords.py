"""Passwords of the console: long enough, not leaked or easily guessed, kept as argon2id alone."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 15, 256  # characters
LOOKED_AT = 72  # as many characters as zxcvbn looks at
# Guesses that the best known attack needs, by zxcvbn's lists of leaked passwords, names and
# words: below this a stolen hash gives the password away within days.
FEWEST_GUESSES = 10**10
_HASHER = PasswordHasher()  # argon2id with the low-memory choice of RFC 9106: 64 MiB, 3 passes
# What a password is held to where there is no such name: the same work takes the same time.
_NOBODYS = _HASHER.hash("nobody has this password")


def fault(password: str, *, names: tuple[str, ...] = ()) -> str | None:
    """Why this password will not do, as a sentence for whoever chose it; None when it will."""
    from zxcvbn import zxcvbn  # 0.8 MB of lists: only for whoever sets up an account

    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters. Four or five words in a row are easy to keep."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    looked_at = [word for name in names for word in (name, *name.split())]
    found = zxcvbn(password[:LOOKED_AT], user_inputs=[*looked_at, "onestep", "coach"])
    if int(found["guesses"]) < FEWEST_GUESSES:
        return "This one has leaked elsewhere or is easy to guess. Choose another."
    return None


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _HASHER.hash(password)


def fits(kept: str | None, password: str) -> bool:
    """Whether this is the password behind what was kept; as much work where nothing was."""
    try:
        _HASHER.verify(kept or _NOBODYS, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None
