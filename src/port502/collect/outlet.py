"""Where every reading leaves the pollers: counted, the newest of its points, and offered to the sinks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from port502.collect.bus import Bus
from port502.collect.deadband import Deadband
from port502.collect.derived import Node
from port502.collect.latest import Latest
from port502.collect.reading import LiveBlock
from port502.collect.sample import BAD, GOOD, Sample


@dataclass(slots=True)
class SampleCounters:
    """Samples made since the start, by quality."""

    good: int = 0
    uncertain: int = 0
    bad: int = 0


class Outlet:
    """The one way from a reading to everybody who wants it; ``now`` is monotonic, ``time`` Unix seconds.

    ``bands`` are the filters of the points that have a deadband, by full name.
    """

    def __init__(self, latest: Latest, bus: Bus) -> None:
        self.latest = latest
        self.bus = bus
        self.bands: dict[str, Deadband] = {}
        self.counters = SampleCounters()

    def read(self, block: LiveBlock, data: bytes, now: float, time: float) -> None:
        """A block was read; raises ReplyError when the data is not as long as the block."""
        # Equal bytes are equal values, and most registers seldom change.
        values = block.values if data == block.data else block.decoder.quickly(data)
        block.data = data
        block.read_at = now
        if values is None:
            samples = block.mixed(data, time)
            self._count(samples)
            self._offer(block, samples, now)
        else:
            block.values = values
            block.time = time
            block.made = None
            self.counters.good += len(values)
            if block.filters is None:
                self.bus.offer_reading(block.names, time, values, now)
            else:
                self._offer_changes(block, now)
        if block.feeds:
            self._feed(block.feeds, now, time)

    def failed(self, block: LiveBlock, reason: str, now: float, time: float) -> None:
        """A block was not read: all its points are bad, for this reason."""
        samples = block.bad(reason, time)
        self.counters.bad += len(samples)
        self._offer(block, samples, now)
        if block.feeds:
            self._feed(block.feeds, now, time)

    def put(self, samples: Sequence[Sample], feeds: Sequence[Node], now: float, time: float) -> None:
        """Samples from elsewhere: points that are not read, values that grew stale, a value read on demand."""
        self._count(samples)
        kept = []
        for sample in samples:
            self.latest.put(sample)
            band = self.bands.get(sample.point)
            if band is None or band.keeps(sample.value, sample.quality, sample.reason, now):
                kept.append(sample)
        self.bus.offer(kept, now)
        if feeds:
            self._feed(feeds, now, time)

    def _offer(self, block: LiveBlock, samples: list[Sample], now: float) -> None:
        if block.filters is not None:
            samples = [
                sample
                for sample, band in zip(samples, block.filters, strict=True)
                if band is None or band.keeps(sample.value, sample.quality, sample.reason, now)
            ]
        self.bus.offer(samples, now)

    def _offer_changes(self, block: LiveBlock, now: float) -> None:
        assert block.filters is not None
        assert block.values is not None
        time = block.time
        changes = [
            Sample(name, time, value)
            for name, value, band in zip(block.names, block.values, block.filters, strict=True)
            if band is None or band.keeps(value, GOOD, "", now)
        ]
        self.bus.offer(changes, now)

    def _count(self, samples: Sequence[Sample]) -> None:
        good = sum(sample.quality == GOOD for sample in samples)
        bad = sum(sample.quality == BAD for sample in samples)
        self.counters.good += good
        self.counters.bad += bad
        self.counters.uncertain += len(samples) - good - bad

    def _feed(self, feeds: Sequence[Node], now: float, time: float) -> None:
        made: list[Sample] = []
        for node in feeds:
            sample = node.computed(self.latest, now, time)
            if sample is not None:
                made.append(sample)
        self._count(made)
        self.bus.offer(made, now)
