"""Security: who is connected, what was refused, which certificates end, and who is logged in."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from port502.guard.recall import Recalled
from port502.site.certificates import CertificateStatus
from port502.site.status import ListenerStatus, SessionStatus
from port502.transport.clock import utc
from port502.web.api.models import Model
from port502.web.api.who import Operator, Site, Viewer
from port502.web.gate import Door

router = APIRouter(tags=["security"])


class Client(Model):
    """A client of a listener; ``expected`` is false where the policy names its clients and this is none of them."""

    client: str
    port: int
    transport: str
    seconds: float
    requests: int
    names: list[str]
    expected: bool
    role: str | None = None
    role_fault: str = ""
    subject: str = ""
    fingerprint: str = ""

    @classmethod
    def of(cls, one: SessionStatus) -> Client:
        """The model of a session."""
        return cls(
            client=one.client,
            port=one.port,
            transport=one.transport,
            seconds=round(one.seconds, 3),
            requests=one.requests,
            names=list(one.names),
            expected=one.expected,
            role=one.role,
            role_fault=one.role_fault,
            subject=one.subject,
            fingerprint=one.fingerprint,
        )


class Listener(Model):
    """A listener: what answers there, how many requests came, how many were turned away, and who is connected."""

    name: str
    url: str
    answers: str
    requests: int
    refused: int
    locked: str
    clients: list[Client]


class ListenerList(Model):
    """All listeners; ``locked`` says why all writes are stopped, and is empty when they are not."""

    locked: str
    listeners: list[Listener]


class Decision(Model):
    """Something that a gate decided or saw, as in the audit log; ``number`` grows with time."""

    number: int
    time: str
    event: str
    listener: str
    client: str = ""
    role: str | None = None
    subject: str = ""
    unit: int | None = None
    function: int | None = None
    operation: str = ""
    table: str = ""
    address: int | None = None
    quantity: int | None = None
    action: str = ""
    exception: int | None = None
    rule: str = ""
    reason: str = ""
    cause: str = ""
    outcome: str = ""
    count: int | None = None

    @classmethod
    def of(cls, one: Recalled) -> Decision:
        """The model of what is remembered."""
        record = one.record
        named = {
            name: getattr(record, name) for name in cls.model_fields if name not in ("number", "listener")
        }
        return cls(number=one.number, listener=one.listener, **named | {"action": str(record.action)})


class Decisions(Model):
    """What the gates decided, newest first; ``before`` the last number goes on from there."""

    decisions: list[Decision]


class Certificate(Model):
    """A certificate in a file, what uses it, and when it ends."""

    used_by: str
    what: str
    file: str
    subject: str
    issuer: str
    ends: str | None
    days_left: float | None
    fault: str

    @classmethod
    def of(cls, one: CertificateStatus, now: float) -> Certificate:
        """The model of a certificate at a time in Unix seconds."""
        left = one.left(now)
        return cls(
            used_by=one.used_by,
            what=one.what,
            file=one.file,
            subject=one.subject,
            issuer=one.issuer,
            ends=None if one.ends is None else utc(one.ends),
            days_left=None if left is None else round(left / 86_400, 2),
            fault=one.fault,
        )


class Certificates(Model):
    """All certificates of the site, those that end first at the front."""

    certificates: list[Certificate]


class LoggedIn(Model):
    """Somebody who is logged in to the dashboard."""

    name: str
    role: str
    way: str
    host: str
    seconds: float
    idle_s: float


class Logins(Model):
    """Who is logged in."""

    logins: list[LoggedIn] = Field(default_factory=list)


@router.get("/listeners")
async def listeners(site: Site, who: Viewer) -> ListenerList:
    """All listeners with their clients."""
    sessions = site.sessions()
    return ListenerList(
        locked=site.locked,
        listeners=[_listener(one, sessions) for one in site.listeners()],
    )


@router.get("/refusals")
async def refusals(
    site: Site,
    who: Viewer,
    event: Annotated[list[str], Query(max_length=20)] = [],  # noqa: B006
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Decisions:
    """What was refused, and what else the gates decided and saw: the last some hundred, newest first."""
    return Decisions(decisions=[Decision.of(one) for one in site.decisions(limit, before, event)])


@router.get("/certificates")
async def certificates(site: Site, who: Viewer) -> Certificates:
    """The certificates of listeners, connections and the dashboard."""
    now = time.time()
    return Certificates(certificates=[Certificate.of(one, now) for one in await site.certificates()])


@router.get("/logins")
async def logins(request: Request, who: Operator) -> Logins:
    """Who is logged in to the dashboard."""
    door: Door = request.app.state.door
    return Logins(
        logins=[
            LoggedIn(
                name=one.name,
                role=one.role.word,
                way=one.way,
                host=one.host,
                seconds=round(one.seconds, 3),
                idle_s=round(one.idle, 3),
            )
            for one in door.sessions.people(time.monotonic())
        ]
    )


def _listener(one: ListenerStatus, sessions: list[SessionStatus]) -> Listener:
    return Listener(
        name=one.name,
        url=one.url,
        answers=one.answers,
        requests=one.requests,
        refused=one.refused,
        locked=one.locked,
        clients=[Client.of(session) for session in sessions if session.listener == one.name],
    )
