"""Who is logged in: sessions in memory, bounded in number and in time; and links that let somebody in once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from port502.web.roles import Identity, Role

IDLE = 8 * 3600.0
LONGEST = 24 * 3600.0
MOST = 1000
MOST_OF_ONE = 20
"""Of one name: more are one person's forgotten browsers, or somebody who wants to push all others out."""
LINK_LIFE = 3600.0


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Somebody who is logged in: from where, for how many ``seconds``, and for how long they did nothing."""

    name: str
    role: Role
    way: str
    host: str
    seconds: float
    idle: float


@dataclass(slots=True)
class _Session:
    identity: Identity
    host: str
    began: float
    used: float


class Sessions:
    """Sessions by the secret that the browser's cookie holds; ``now`` is monotonic seconds."""

    def __init__(self, *, idle: float = IDLE, longest: float = LONGEST, most: int = MOST) -> None:
        self._idle = idle
        self._longest = longest
        self._most = most
        self._sessions: dict[str, _Session] = {}
        self._links: dict[str, tuple[Identity, float]] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def begin(self, name: str, role: Role, way: str, now: float, host: str = "") -> tuple[str, Identity]:
        """Let somebody in: the secret for their cookie, and who they are. The longest unused session makes room."""
        self._make_room(
            [key for key, one in self._sessions.items() if one.identity.name == name], MOST_OF_ONE
        )
        self._make_room(list(self._sessions), self._most)
        secret = secrets.token_urlsafe(32)
        identity = Identity(name, role, way, secrets.token_urlsafe(24))
        self._sessions[secret] = _Session(identity, host, now, now)
        return secret, identity

    def _make_room(self, some: list[str], most: int) -> None:
        if len(some) >= most:
            del self._sessions[min(some, key=lambda key: self._sessions[key].used)]

    def identity(self, secret: str, now: float) -> Identity | None:
        """Who has this cookie; None for nobody, or once their time is over."""
        session = self._sessions.get(secret)
        if session is None:
            return None
        if self._is_over(session, now):
            del self._sessions[secret]
            return None
        session.used = now
        return session.identity

    def stands(self, secret: str, identity: Identity, now: float, *, used: bool = False) -> bool:
        """Whether this is still somebody's login; ``used`` if they do something now that keeps it from ending."""
        session = self._sessions.get(secret)
        if session is None or session.identity != identity or self._is_over(session, now):
            return False
        if used:
            session.used = now
        return True

    def people(self, now: float) -> list[LoggedIn]:
        """Who is logged in, whoever did something last first."""
        found = [
            LoggedIn(
                one.identity.name,
                one.identity.role,
                one.identity.way,
                one.host,
                now - one.began,
                now - one.used,
            )
            for one in self._sessions.values()
            if not self._is_over(one, now)
        ]
        return sorted(found, key=lambda one: one.idle)

    def _is_over(self, session: _Session, now: float) -> bool:
        return now - session.used > self._idle or now - session.began > self._longest

    def end(self, secret: str) -> None:
        """Let somebody go; an unknown secret is no error."""
        self._sessions.pop(secret, None)

    def end_of(self, name: str) -> None:
        """Let everybody with this name go."""
        for secret in [one for one, session in self._sessions.items() if session.identity.name == name]:
            del self._sessions[secret]

    def link(self, name: str, role: Role, now: float) -> str:
        """The secret of a link that lets somebody in once, within an hour."""
        secret = secrets.token_urlsafe(24)
        self._links[secret] = (Identity(name, role, "link"), now + LINK_LIFE)
        return secret

    def follow(self, link: str, now: float, host: str = "") -> tuple[str, Identity] | None:
        """A session for somebody who follows a link; None where it was used already, or is too old, or is none."""
        identity, until = self._links.pop(link, (None, 0.0))
        if identity is None or now > until:
            return None
        return self.begin(identity.name, identity.role, "link", now, host)
