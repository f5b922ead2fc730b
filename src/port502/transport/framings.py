"""Which framing a url's scheme stands for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from port502.protocol.ascii import AsciiFraming
from port502.protocol.framing import Framing
from port502.protocol.long_frames import LongMbapFraming
from port502.protocol.mbap import MbapFraming
from port502.protocol.rtu import RtuFraming


def framing_for(
    scheme: str, role: Literal["client", "server"], longer: Mapping[int, int] | None = None
) -> Framing:
    """A fresh framing for a connection of that scheme, seen from that role.

    ``longer`` says how many bytes the frames of a function may have, on ``tcp`` and ``tls``, where they may have more.
    """
    if scheme in ("tcp", "tls"):
        return LongMbapFraming(longer) if longer else MbapFraming()
    if scheme == "ascii":
        return AsciiFraming()
    return RtuFraming(role)
