"""Silence for units that are somebody else's, before anything is judged: two may not answer on one line."""

from __future__ import annotations

from collections.abc import Awaitable

from port502.errors import DeviceError
from port502.gateway.gateway import SERIAL_TRANSPORTS, Gateway
from port502.service.call import Call, Reply, Service, Session


class OwnUnits:
    """A gateway inside of layers: what has no route never reaches them where it has to be met with silence.

    A layer that refuses would answer for a device of the same serial line otherwise. What could not be decoded is
    answered by the layers too where they want to, else by the gateway.
    """

    def __init__(self, service: Service, gateway: Gateway) -> None:
        self._service = service
        self._gateway = gateway
        self._refuse = getattr(service, "refuse_malformed", None)

    def __call__(self, call: Call) -> Reply | Awaitable[Reply]:
        """Pass on what is ours."""
        if call.session.transport in SERIAL_TRANSPORTS and not self._gateway.knows(call.unit):
            self._gateway.unmapped += 1
            return None
        return self._service(call)

    def refuse_malformed(self, session: Session, unit: int, error: DeviceError) -> Reply:
        """Answer what could not be decoded."""
        if self._refuse is None or not self._gateway.knows(unit):
            return self._gateway.malformed(unit, error, session.transport)
        reply: Reply = self._refuse(session, unit, error)
        return reply
