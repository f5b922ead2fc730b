"""What a command reads from and writes to, whichever way leads there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, Self

from port502.cli.values import Row
from port502.protocol.message import Request, Response
from port502.registers.point import Point
from port502.registers.values import Value

if TYPE_CHECKING:
    from port502.collect.settings import DeviceSettings


@dataclass(frozen=True, slots=True)
class Wanted:
    """One value that a command is about: the ``item`` that was typed, its own ``ref``, and where it lies.

    ``name`` is ``DEVICE.POINT`` for a point of the site file or of a map, empty for a reference. ``function`` is the
    code with which the device wants it written, None for the usual one.
    """

    item: str
    ref: str
    point: Point
    name: str = ""
    function: int | None = None

    @property
    def named(self) -> bool:
        """Whether it is a point of the site file or of a map."""
        return bool(self.name)


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a write: the registers sent, and the value read back if it was.

    ``verified`` is None where nobody looked; ``note`` says what is worth saying.
    """

    sent: tuple[int, ...]
    after: Value | None = None
    verified: bool | None = None
    note: str = ""


class Peer(Protocol):
    """A device, as commands see it; ``device`` is its description where it has one in a site file."""

    label: str
    unit: int
    device: DeviceSettings | None

    async def __aenter__(self) -> Self:
        """Connect."""
        ...

    async def __aexit__(self, *exc_info: object) -> None:
        """Let go of the connection."""
        ...

    async def read(self, wanted: Sequence[Wanted]) -> list[Row]:
        """The values in their order; what the device refuses is a bad one, unless it refuses all."""
        ...

    async def write(self, wanted: Wanted, value: Value, *, verify: bool) -> Written:
        """Write one value and, with ``verify``, read it back."""
        ...

    async def request(self, request: Request[Any]) -> Response:
        """Send one request and return its response."""
        ...
