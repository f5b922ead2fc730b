"""Who may do what on the dashboard and through the API: four roles, each may also do what those below it may."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Role(IntEnum):
    """Looks; acknowledges and writes what the site file allows; asks devices and changes the site; has everything."""

    NONE = 0
    VIEWER = 1
    OPERATOR = 2
    ENGINEER = 3
    ADMIN = 4

    @classmethod
    def of(cls, word: str) -> Role:
        """The role with this name; raises ValueError for a word that is none."""
        if word not in ROLES:
            raise ValueError(f"unknown role {word!r}; roles are {', '.join(ROLES)}")
        return cls[word.upper()]

    @property
    def word(self) -> str:
        """Its name in files and on screens."""
        return self.name.lower()


ROLES = tuple(role.name.lower() for role in Role if role)


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody who asks: the name under which deeds are written down, the role, and how it was shown.

    ``way`` is anonymous, password, link, token, certificate or header; ``csrf`` is what a browser must send along
    with everything that changes something.
    """

    name: str
    role: Role
    way: str
    csrf: str = ""

    def may(self, role: Role) -> bool:
        """Whether this role, or a lower one, is theirs."""
        return self.role >= role


NOBODY = Identity("", Role.NONE, "anonymous")
ONLOOKER = Identity("", Role.VIEWER, "anonymous")
"""Somebody at this very machine who has not said who they are: may look."""
