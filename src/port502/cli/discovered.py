"""A SunSpec device on a connection of our own: it is asked for its map once it is connected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from port502.cli.direct import Direct
from port502.cli.exits import trying
from port502.cli.peer import Wanted
from port502.cli.target import device_with, resolve
from port502.errors import UsageError

if TYPE_CHECKING:
    from port502.registers.maps.model import DeviceMap
    from port502.registers.sunspec.device import SunSpecDevice


class Discovered(Direct):
    """A peer whose chain of models is walked on entering; ``map`` and ``found`` are what it says of itself.

    Entering raises NotSunSpecError, as Failed, for a device that makes no map of itself.
    """

    found: SunSpecDevice
    map: DeviceMap

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        try:
            with trying(self._tried):
                sunspec = await self._client.sunspec()
        except BaseException:
            await self._client.close()
            raise
        self.found = sunspec.device
        self.map = sunspec.to_map()
        self.device = device_with(self.map, self.unit)
        return self

    def wanted(self, items: Sequence[str]) -> list[Wanted]:
        """The values that harmonised names, SunSpec names, globs of either, and references mean; all without any.

        Raises UsageError for an item that is none of these, and for points that no single read can fetch.
        """
        if not items:
            return [one for name in self.map.points for one in resolve(name, self.device)]
        return [one for item in items for one in self._meant(item)]

    def _meant(self, item: str) -> Iterator[Wanted]:
        named = [point.name for point in self.found.points.values() if point.matches(item)]
        if not named:
            yield from resolve(item, self.device)
            return
        readable = [name for name in named if name in self.map.points]
        if not readable:
            raise UsageError(f"{item!r} cannot be polled: {', '.join(named[:8])}")
        for name in readable:
            yield from (replace(one, item=item) for one in resolve(name, self.device))
