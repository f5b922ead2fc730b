"""The users of the dashboard and the API: a file with their password hashes, tokens and certificates."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from port502.errors import ConfigError, UsageError
from port502.site.document import Document
from port502.site.faults import ERROR, SiteFileError
from port502.site.kinds import Name, NameKind, OneOf, Section, Text
from port502.site.validate import validated
from port502.web.passwords import fits, hashed
from port502.web.roles import ROLES, Identity, Role

MOST_BYTES = 1 << 20
PREFIX = "p502_"

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


def fingerprint_of(text: str) -> str:
    """A SHA-256 fingerprint in small hex; raises ValueError for anything else."""
    digits = text.replace(":", "").lower()
    if not _FINGERPRINT.fullmatch(digits):
        raise ValueError("a SHA-256 fingerprint has 64 hexadecimal digits")
    return digits


def token_hash(token: str) -> str:
    """What is kept of a token; it is long and random, so that nothing slow is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


class User(Section):
    """Somebody: the role, and one or more ways to show who they are."""

    role: Annotated[str, OneOf("role", ROLES)]
    password: Annotated[str, Text(300)] | None = None
    token: Annotated[str, Text(64, fingerprint_of)] | None = None
    certificate: Annotated[str, Text(100, fingerprint_of)] | None = None

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.password is not None and not self.password.startswith("$argon2"):
            raise ValueError("a password stands as its argon2 hash: make it with port502 web --add-user NAME")
        return self


class UsersFile(Section):
    """A whole users file."""

    users: dict[Name, User] = Field(default_factory=dict)


class Users:
    """Who there is, and how each shows it."""

    def __init__(self, users: Mapping[str, User]) -> None:
        self._users = dict(users)
        self._by_token = {one.token: name for name, one in self._users.items() if one.token}
        self._by_certificate = {
            fingerprint_of(one.certificate): name for name, one in self._users.items() if one.certificate
        }

    def __len__(self) -> int:
        return len(self._users)

    def with_password(self, name: str, password: str) -> Identity | None:
        """Who has this name and password; it takes equally long whether the name exists or not. Blocks some 50 ms."""
        user = self._users.get(name)
        if not fits(password, user.password if user is not None else None) or user is None:
            return None
        return Identity(name, Role.of(user.role), "password")

    def with_token(self, token: str) -> Identity | None:
        """Who has this token."""
        found = token_hash(token)
        for kept, name in self._by_token.items():
            if hmac.compare_digest(kept, found):
                return Identity(name, Role.of(self._users[name].role), "token")
        return None

    def with_certificate(self, fingerprint: str) -> Identity | None:
        """Who has the certificate with this SHA-256 fingerprint."""
        name = self._by_certificate.get(fingerprint)
        return None if name is None else Identity(name, Role.of(self._users[name].role), "certificate")

    def named(self, name: str) -> Identity | None:
        """Who has this name, as somebody trusted says."""
        user = self._users.get(name)
        return None if user is None else Identity(name, Role.of(user.role), "header")


def load_users(path: Path) -> Users:
    """The users of a file; raises ConfigError for one that others can read, SiteFileError for what is wrong in it."""
    return Users(_read(path))


def check_name(name: str) -> None:
    """Raises UsageError for what cannot be somebody's name."""
    try:
        NameKind().check(name)
    except ValueError as error:
        raise UsageError(str(error)) from None


def add_user(path: Path, name: str, role: str, password: str) -> None:
    """Add somebody with a password to a users file, or give them another one; the file is made 0600 where missing."""
    check_name(name)
    users = _read(path) if path.exists() else {}
    kept = users[name] if name in users else User(role=role)
    users[name] = kept.model_copy(update={"role": role, "password": hashed(password)})
    _write(path, users)


def add_token(path: Path, name: str, role: str) -> str:
    """Give somebody a token, which is returned and never told again; the file keeps its hash."""
    check_name(name)
    users = _read(path) if path.exists() else {}
    token = PREFIX + secrets.token_urlsafe(32)
    kept = users[name] if name in users else User(role=role)
    users[name] = kept.model_copy(update={"role": role, "token": token_hash(token)})
    _write(path, users)
    return token


def _read(path: Path) -> dict[str, User]:
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"the users file {path} cannot be read: {error.strerror or error}") from error
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise ConfigError(f"others may read or change {path}: run chmod 600 {path}")
    document = Document(path, content[:MOST_BYTES].decode("utf-8", "replace"))
    faults = list(document.faults)
    if not isinstance(document.data, dict):
        raise SiteFileError(faults or [document.fault((), "is no users file", "begin with 'users:'")])
    file, found = validated(UsersFile, document.data, document)
    faults += found
    if file is None or any(fault.severity == ERROR for fault in faults):
        raise SiteFileError(faults)
    return dict(file.users)


def _write(path: Path, users: Mapping[str, User]) -> None:
    """Keep the users, all or nothing, for their owner only."""
    lines = ["# Who may use the dashboard and the API. Made with: port502 web --add-user NAME", "users:"]
    for name, user in users.items():
        lines.append(f"  {name}:")
        given = user.model_dump(exclude_none=True)
        lines += [f"    {key}: '{value}'" for key, value in given.items()]
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(file, ("\n".join(lines) + "\n").encode())
            os.fsync(file)
        finally:
            os.close(file)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
