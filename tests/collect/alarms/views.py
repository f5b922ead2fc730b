"""What alarms can know of a site, written by hand."""

from __future__ import annotations

from port502.collect.latest import Current
from port502.collect.sample import BAD, GOOD, Sample, Value


class SmallView:
    """Points and devices as a test sets them."""

    def __init__(self, **values: Value) -> None:
        self.samples = {name.replace("__", "."): Sample(name, 0.0, value) for name, value in values.items()}
        self.dead: dict[str, bool | None] = {}

    def put(self, point: str, value: Value, quality: str = GOOD, reason: str = "") -> None:
        self.samples[point] = Sample(point, 0.0, value, quality, reason)

    def spoil(self, point: str, reason: str = "no answer") -> None:
        self.put(point, None, BAD, reason)

    def current(self, point: str) -> Current | None:
        sample = self.samples.get(point)
        return None if sample is None else Current(sample, 0.0)

    def offline(self, device: str) -> bool | None:
        return self.dead.get(device, False)
