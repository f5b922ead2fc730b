"""From the pollers to whoever wants the samples, without ever waiting for them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from port502.collect.batch import Batch
from port502.collect.sample import Sample, Value
from port502.transport.complaints import Complaints

BATCH = 1000
"""Samples handed over at once at the latest ..."""
DELAY = 0.2
"""... and the seconds after which fewer are handed over too."""


class Sink(Protocol):
    """Whoever wants samples: the history, an output, a screen."""

    def put(self, samples: Sequence[Sample]) -> None:
        """Take some samples, oldest first, and return at once; what it raises is counted."""


@dataclass(slots=True)
class SinkStatus:
    """How one sink fares: samples it took, calls that failed, samples it would not take in these, and the last reason.

    What became of the samples after that is up to the sink: the history's losses are in its own status.
    """

    name: str
    samples: int = 0
    errors: int = 0
    not_taken: int = 0
    last_error: str = ""


class Bus:
    """Gathers samples and hands them to every sink in batches; a sink that fails harms nobody but itself."""

    def __init__(self, complaints: Complaints) -> None:
        self._sinks: dict[str, tuple[Sink, SinkStatus]] = {}
        self._batch = Batch()
        self._complaints = complaints

    def add(self, name: str, sink: Sink) -> None:
        """Let a sink have everything from now on; a sink of the same name is replaced."""
        self._sinks[name] = (sink, SinkStatus(name))

    def remove(self, name: str) -> None:
        """Let a sink have nothing more; unknown names are no error."""
        self._sinks.pop(name, None)

    def offer_reading(self, points: Sequence[str], time: float, values: Sequence[Value], now: float) -> None:
        """Pass the good values of these points on, soon."""
        if self._sinks:
            self._batch.add_reading(points, time, values)
            if self._batch.size >= BATCH:
                self.flush(now)

    def offer(self, samples: list[Sample], now: float) -> None:
        """Pass samples on, soon; the list is not the caller's any more."""
        if self._sinks and samples:
            self._batch.add_samples(samples)
            if self._batch.size >= BATCH:
                self.flush(now)

    def flush(self, now: float) -> None:
        """Hand over what has gathered."""
        batch = self._batch
        if not batch:
            return
        self._batch = Batch()
        for name, (sink, status) in list(self._sinks.items()):
            try:
                sink.put(batch)
            except Exception as error:
                status.errors += 1
                status.not_taken += len(batch)
                status.last_error = f"{type(error).__name__}: {error}"
                text = f"sink {name} lost {len(batch)} samples: {status.last_error}"
                self._complaints.say(f"sink {name}", text, now, logging.ERROR)
            else:
                status.samples += len(batch)
                if status.errors:
                    self._complaints.over(f"sink {name}", f"sink {name} takes samples again")

    def status(self) -> tuple[SinkStatus, ...]:
        """How each sink fares."""
        return tuple(status for _, status in self._sinks.values())
