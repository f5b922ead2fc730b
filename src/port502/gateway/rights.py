"""Who may write through something shared, by network address."""

from __future__ import annotations

from port502.protocol.codes import ILLEGAL_FUNCTION
from port502.protocol.message import ExceptionResponse
from port502.service.access import Networks
from port502.service.call import Call, Layer, Reply, Service
from port502.service.maybe import Maybe


def writes_from(networks: Networks) -> Layer:
    """Refuse what may change something with exception 01, unless it comes from one of the networks."""

    def around(service: Service) -> Service:
        def serve(call: Call) -> Maybe[Reply]:
            if call.request.writes and call.session.host not in networks:
                return ExceptionResponse(call.request.function, ILLEGAL_FUNCTION)
            return service(call)

        return serve

    return around
