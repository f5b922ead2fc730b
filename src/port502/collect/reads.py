"""What a group reads: its points laid out in blocks, as far as the device has not taught otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from port502.collect.deadband import Deadband
from port502.collect.derived import Derived, Node
from port502.collect.outlet import Outlet
from port502.collect.reading import LiveBlock
from port502.collect.settings import DeviceSettings, PointSettings
from port502.registers.block import Block
from port502.registers.healing import Healing
from port502.registers.knowledge import Knowledge
from port502.registers.planner import Limits
from port502.registers.point import Point


class Reads:
    """The blocks of some points of a device, and the points that the device refuses.

    ``live`` is what a cycle reads, ``guilty`` says for each refused point (by full name) why it is bad. Both hold
    until monotonic ``retry_at``, or until something is learned about the device. Raises
    UsageError for points that no read within the device's limits can fetch.
    """

    def __init__(
        self, device: DeviceSettings, points: Iterable[PointSettings], knowledge: Knowledge, outlet: Outlet
    ) -> None:
        points = list(points)
        self.names = {one.name: f"{device.name}.{one.name}" for one in points}
        self.live: tuple[LiveBlock, ...] = ()
        self.guilty: dict[str, str] = {}
        self.guilty_feed: tuple[Node, ...] = ()
        self._healing = Healing([point_of(one) for one in points], limits_of(device), knowledge)
        self._outlet = outlet
        self._derived: Derived | None = None
        self._knowledge = knowledge
        self.retry_at = float("-inf")
        self._planned: list[Block] | None = None
        self._pieces: list[LiveBlock] = []

    def refresh(self, now: float, time: float) -> bool:
        """Bring ``live`` in line with what the healing wants read now; True when it has changed."""
        planned = self._healing.blocks(time)
        retries = [refusal.retry_at - time for refusal in self._knowledge.refused.values()]
        self.retry_at = now + min(retries, default=float("inf"))
        if planned is self._planned and not self._pieces:
            return False
        latest = self._outlet.latest
        known = {live.block: live for live in self.live}
        self.live = tuple([known.get(block) or self._alive(block, now) for block in planned])
        for gone in set(known.values()).union(self._pieces).difference(self.live):
            latest.displace(gone)
        self._pieces.clear()
        for live in self.live:
            latest.place(live)
        self._planned = planned
        read = {name for live in self.live for name in live.names}
        refused = {self.names[name]: reason for name, reason in self._healing.guilty.items()}
        self.guilty = {name: f"configuration: {why}" for name, why in refused.items() if name not in read}
        self._feed_guilty()
        return True

    def proven(self, block: LiveBlock) -> None:
        """The block was read for the first time."""
        block.proven = True
        self._healing.succeeded(block.block)

    def pieces(self, block: LiveBlock, code: int, now: float, time: float) -> list[LiveBlock]:
        """What to read at once in place of a block that was refused; empty when its one point is to blame."""
        pieces = [self._alive(piece, now) for piece in self._healing.refused(block.block, code, time)]
        for piece in pieces:
            self._outlet.latest.place(piece)
        self._pieces += pieces
        return pieces

    def feed(self, derived: Derived) -> None:
        """The expressions of the site, which may need these points."""
        self._derived = derived
        for live in self.live:
            live.feeds = derived.fed_by(live.names)
        self._feed_guilty()

    def displace(self) -> None:
        """The blocks are no source of latest values any more."""
        for live in (*self.live, *self._pieces):
            self._outlet.latest.displace(live)

    def _alive(self, block: Block, now: float) -> LiveBlock:
        live = LiveBlock(block, self.names, self._outlet.bands, now)
        if self._derived is not None:
            live.feeds = self._derived.fed_by(live.names)
        return live

    def _feed_guilty(self) -> None:
        self.guilty_feed = self._derived.fed_by(list(self.guilty)) if self._derived else ()


def point_of(settings: PointSettings) -> Point:
    """The point, under the name that the device gives it."""
    point = settings.point
    return point if point.name == settings.name else replace(point, name=settings.name)


def limits_of(device: DeviceSettings) -> Limits:
    """What one read of this device may ask for; gaps of bits may be four times as wide as those of registers."""
    return Limits(device.max_registers, device.max_bits, device.gap, min(4 * device.gap, 2000))


def bands_of(devices: Sequence[DeviceSettings]) -> dict[str, Deadband]:
    """The filters of all points that have a deadband, by full name."""
    return {
        f"{device.name}.{one.name}": Deadband(one.deadband)
        for device in devices
        for one in device.points
        if one.deadband > 0
    }
