"""Passwords, kept as argon2 hashes."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from port502.errors import UsageError

SHORTEST = 10
LONGEST = 1000

_hasher = PasswordHasher()
_NOBODYS = _hasher.hash("a name that does not exist takes as long as one that does")


def hashed(password: str) -> str:
    """The hash to keep of a password; raises UsageError for one that is too short."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(f"a password has at least {SHORTEST} characters")
    return _hasher.hash(password)


def fits(password: str, kept: str | None) -> bool:
    """Whether a password is the one whose hash was kept; it takes equally long where there is none."""
    try:
        return _hasher.verify(kept or _NOBODYS, password[:LONGEST]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False
