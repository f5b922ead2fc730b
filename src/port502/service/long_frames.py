"""Who may send frames that are longer than the specification allows: peer, function and size, all three named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from port502.protocol.long_frames import check_long
from port502.service.access import Networks

USUAL_SIZE = 261
"""The bytes of such a frame as it was seen in plants: a length field of 255."""


@dataclass(frozen=True, slots=True)
class LongFrames:
    """An exception: clients of ``networks`` may send frames of ``function`` with up to ``size`` bytes.

    Raises UsageError for a function of the specification, and for sizes other than 261-300.
    """

    networks: Networks
    function: int
    size: int = USUAL_SIZE

    def __post_init__(self) -> None:
        check_long(self.function, self.size)


def sizes_for(exceptions: Iterable[LongFrames], host: str) -> Mapping[int, int]:
    """How long frames of each function may be that this client may send longer; empty for most clients."""
    found: dict[int, int] = {}
    for one in exceptions:
        if host in one.networks:
            found[one.function] = max(one.size, found.get(one.function, 0))
    return found


def all_sizes(exceptions: Iterable[LongFrames]) -> Mapping[int, int]:
    """How long frames of each function may be that anybody may send longer."""
    found: dict[int, int] = {}
    for one in exceptions:
        found[one.function] = max(one.size, found.get(one.function, 0))
    return found
