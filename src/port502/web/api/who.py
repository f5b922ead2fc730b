"""Who asks the API, and may they: each route says the role it needs."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Depends, Request, WebSocket

from port502.web.api.problems import ProblemError
from port502.web.gate import IDENTITY, SAFE
from port502.web.roles import NOBODY, Identity, Role
from port502.web.station import Station

CSRF_HEADER = "x-csrf-token"


class Needs:
    """A dependency that lets only those in who have at least this role, and gives who they are.

    What changes something and is asked for with a browser's own credentials needs the session's token too.
    """

    def __init__(self, role: Role) -> None:
        self.role = role

    async def __call__(self, request: Request) -> Identity:
        """Who asks; raises ProblemError for whoever may not."""
        identity: Identity = request.scope.get(IDENTITY, NOBODY)
        check(identity, self.role)
        if request.method not in SAFE and identity.way in ("password", "link", "certificate", "header"):
            sent = request.headers.get(CSRF_HEADER, "")
            if not sent or not hmac.compare_digest(sent.encode(), (identity.csrf or sent).encode()):
                raise ProblemError(403, "the header X-CSRF-Token is missing or wrong; /api/v1/me tells it")
        return identity


def check(identity: Identity, role: Role) -> None:
    """Raises ProblemError for somebody who has not this role."""
    if identity.may(role):
        return
    if identity.way == "anonymous":
        raise ProblemError(401, f"this needs a login as {role.word}", {"WWW-Authenticate": "Bearer"})
    raise ProblemError(403, f"this needs the role {role.word}; {identity.name} is {identity.role.word}")


async def station_of(request: Request) -> Station:
    """The site that is asked."""
    station: Station = request.app.state.station
    return station


async def socket_station(socket: WebSocket) -> Station:
    """The site that a WebSocket asks."""
    station: Station = socket.app.state.station
    return station


async def host_of(request: Request) -> str:
    """The address somebody asks from."""
    return request.client.host if request.client is not None else ""


Viewer = Annotated[Identity, Depends(Needs(Role.VIEWER))]
Operator = Annotated[Identity, Depends(Needs(Role.OPERATOR))]
Engineer = Annotated[Identity, Depends(Needs(Role.ENGINEER))]
Admin = Annotated[Identity, Depends(Needs(Role.ADMIN))]
Site = Annotated[Station, Depends(station_of)]
SocketSite = Annotated[Station, Depends(socket_station)]
Host = Annotated[str, Depends(host_of)]
