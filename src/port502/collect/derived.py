"""Values computed from other points: when an input comes in, whatever depends on it is computed anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from port502.collect.expression import Expression, NoValueError
from port502.collect.sample import BAD, GOOD, UNCERTAIN, Sample, Value
from port502.collect.settings import DeviceSettings, ExpressionSettings
from port502.errors import ConfigError

_LEAST_STALE = 5.0


class Node:
    """One expression of a device: its full name, its inputs, and what it made of them last."""

    __slots__ = ("_last", "expression", "inputs", "interval", "made_at", "name", "names", "read_at", "seen")

    def __init__(self, name: str, expression: Expression, interval: float) -> None:
        self.name = name
        self.names = (name,)
        self.expression = expression
        self.inputs = expression.names
        self.interval = interval
        self.read_at = float("-inf")
        self.made_at = float("-inf")
        self.seen: list[tuple[Value, str]] | None = None
        self._last: Sample | None = None

    def sample(self, place: int) -> Sample | None:
        """What it made last."""
        return self._last

    def replace(self, place: int, sample: Sample) -> None:
        """Make another sample the newest."""
        self._last = sample

    def raw(self, place: int) -> tuple[int, ...]:
        """Nothing: a computed value has no registers."""
        return ()

    def known(self, place: int) -> Value:
        """None: what was computed from other values says nothing of these."""
        return None

    def computed(self, samples: Mapping[str, Sample], now: float, time: float) -> Sample | None:
        """What it makes of its inputs now, if that is news; it is its newest sample then."""
        made = self._compute(samples, now, time)
        if made is not None:
            self._last = made
        return made

    def _compute(self, samples: Mapping[str, Sample], now: float, time: float) -> Sample | None:
        """What it makes of its inputs now; None when these are as before and the last result is recent.

        A bad input gives a bad result, an uncertain one an uncertain result.
        """
        inputs = [samples[name] for name in self.inputs]
        seen = [(one.value, one.quality) for one in inputs]
        if seen == self.seen and now - self.made_at < 0.9 * self.interval:
            return None
        self.seen = seen
        self.made_at = now
        for one in inputs:
            if one.quality == BAD or one.value is None:
                quality = BAD if one.quality == BAD else UNCERTAIN
                return Sample(self.name, time, None, quality, f"{one.point}: {one.reason}")
        try:
            value = self.expression.value(lambda name: samples[name].value)
        except NoValueError as error:
            return Sample(self.name, time, None, BAD, str(error))
        for one in inputs:
            if one.quality != GOOD:
                return Sample(self.name, time, value, UNCERTAIN, f"{one.point}: {one.reason}")
        self.read_at = now
        return Sample(self.name, time, value)


class Derived:
    """All expressions of a site, ordered so that each is computed after those it needs.

    Raises ConfigError for an expression that is none, names unknown points, or needs itself.
    """

    def __init__(self, devices: Iterable[DeviceSettings]) -> None:
        devices = list(devices)
        known = frozenset(f"{device.name}.{name}" for device in devices for name in names_of(device))
        self.nodes: dict[str, Node] = {}
        for device in devices:
            for settings in device.expressions:
                node = _node(device, settings, known)
                self.nodes[node.name] = node
        self._order = self._sorted()
        self._needed_by: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            for name in node.inputs:
                self._needed_by.setdefault(name, []).append(node)

    def _sorted(self) -> dict[str, int]:
        graph = TopologicalSorter({name: node.inputs for name, node in self.nodes.items()})
        try:
            return {name: place for place, name in enumerate(graph.static_order())}
        except CycleError as error:
            circle = " needs ".join(reversed(error.args[1]))
            raise ConfigError(f"expressions that need themselves have no value: {circle}") from None

    def fed_by(self, points: Sequence[str]) -> tuple[Node, ...]:
        """Every expression that depends on any of these points, in the order of computing."""
        found: set[Node] = set()
        names = list(points)
        while names:
            fresh = [node for node in self._needed_by.get(names.pop(), ()) if node not in found]
            found.update(fresh)
            names += [node.name for node in fresh]
        return tuple(sorted(found, key=lambda node: self._order[node.name]))

    def limits(self, limits: Mapping[str, float]) -> dict[str, float]:
        """The stale limit of each expression: three of its intervals or 5 s, and never less than its inputs'."""
        found: dict[str, float] = {}
        for node in sorted(self.nodes.values(), key=lambda node: self._order[node.name]):
            inputs = [found.get(name, limits.get(name, 0.0)) for name in node.inputs]
            found[node.name] = max(3.0 * node.interval, _LEAST_STALE, *inputs)
        return found


def names_of(device: DeviceSettings) -> list[str]:
    """The short names of everything that a device has: points, then expressions."""
    return [one.name for one in device.points] + [one.name for one in device.expressions]


def _node(device: DeviceSettings, settings: ExpressionSettings, known: frozenset[str]) -> Node:
    name = f"{device.name}.{settings.name}"
    try:
        expression = Expression.compile(settings.expression, known, device.name)
    except ConfigError as error:
        raise ConfigError(f"{name}: {error}") from error
    if not expression.names:
        raise ConfigError(f"{name}: {settings.expression!r} names no point, so it would never be computed")
    return Node(name, expression, settings.interval)
