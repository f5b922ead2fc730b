"""Which framing a url's scheme stands for."""

from __future__ import annotations

from typing import Literal

from port502.protocol.ascii import AsciiFraming
from port502.protocol.framing import Framing
from port502.protocol.mbap import MbapFraming
from port502.protocol.rtu import RtuFraming


def framing_for(scheme: str, role: Literal["client", "server"]) -> Framing:
    """A fresh framing for a connection of that scheme, seen from that role."""
    if scheme in ("tcp", "tls"):
        return MbapFraming()
    if scheme == "ascii":
        return AsciiFraming()
    return RtuFraming(role)
