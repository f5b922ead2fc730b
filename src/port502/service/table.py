"""A table of a device: the addresses that exist, their values as bytes, who may write, who wants to know."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, NamedTuple, Self, TypeAlias, TypeVar

from port502.errors import UsageError
from port502.protocol.codes import ADDRESS_SPACE
from port502.service.maybe import Maybe, Steps, must_wait

log = logging.getLogger(__name__)

V = TypeVar("V", int, bool)

Contents: TypeAlias = "Mapping[int | range, V | Sequence[V]] | Sequence[V] | Table[V]"
"""What a table is made of: values from address 0 on, values by first address or range, or a shared table."""

ReadHook: TypeAlias = Callable[[int, int], Maybe[Sequence[V] | None]]
"""``hook(address, quantity)``: returns fresh values to store and serve, or None to serve what is stored."""

WriteHook: TypeAlias = Callable[[int, list[V]], Maybe[object]]
"""``hook(address, values)``: raises a DeviceError to refuse the write; what it returns is ignored."""

Listener: TypeAlias = Callable[[int, list[V]], object]
"""``listener(address, values)``: called after the values have changed, whoever changed them."""

EVERYWHERE = range(ADDRESS_SPACE)


class Range:
    """Consecutive addresses, from ``start`` to before ``end``, and their values."""

    __slots__ = ("data", "end", "start")

    def __init__(self, start: int, end: int, data: bytearray) -> None:
        self.start = start
        self.end = end
        self.data = data


class _Hook(NamedTuple):
    call: Callable[..., Any]
    start: int
    end: int

    def part(self, address: int, quantity: int) -> tuple[int, int]:
        """The addresses (first, end) of a request that concern this hook; empty when end <= first."""
        return max(address, self.start), min(address + quantity, self.end)


class Table(ABC, Generic[V]):
    """Sparse table of values at the addresses 0-65535; only addresses that were added exist.

    ``table[100]`` and ``table[100:110]`` read and write values from Python, as do ``read`` and ``write``;
    they pass by protection and hooks, which stand between the table and its Modbus clients. Several devices
    may share one table. Values change all at once or not at all.
    """

    __slots__ = (
        "_failed",
        "_listeners",
        "_protected",
        "_ranges",
        "_read_hooks",
        "_starts",
        "_write_hooks",
        "hooked_reads",
        "hooked_writes",
        "name",
        "plain_writes",
        "recent",
    )

    def __init__(self, contents: Contents[V] = (), *, name: str = "table") -> None:
        self.name = name
        self._starts: list[int] = []
        self._ranges: list[Range] = []
        self._protected: list[tuple[int, int]] = []
        self._read_hooks: list[_Hook] = []
        self._write_hooks: list[_Hook] = []
        self._listeners: list[_Hook] = []
        self._failed: set[int] = set()
        self.hooked_reads = False
        self.hooked_writes = False
        self.plain_writes = True
        self.recent = Range(0, 0, bytearray())
        self._fill(contents)

    @classmethod
    def of(cls, contents: Contents[V], name: str) -> Self:
        """The table with these contents; a table is taken as it is, so that devices can share it."""
        return contents if isinstance(contents, cls) else cls(contents, name=name)

    # Values as bytes, the way they travel. Nothing here loops over single values.

    @abstractmethod
    def take(self, address: int, quantity: int) -> bytes | None:
        """The bytes of ``quantity`` values as a response carries them; None when one does not exist."""

    @abstractmethod
    def encode(self, values: Sequence[V]) -> bytes:
        """Values as bytes; raises UsageError for values that the table cannot hold."""

    @abstractmethod
    def decode(self, data: bytes, quantity: int) -> list[V]:
        """The first ``quantity`` values in bytes."""

    @abstractmethod
    def _store(self, found: Range, address: int, quantity: int, data: bytes) -> None:
        """Write bytes into a range that holds all these addresses."""

    @abstractmethod
    def _joined(self, first: Range, second: Range) -> bytearray:
        """The data of two ranges, the second directly behind the first."""

    def find(self, address: int, quantity: int = 1) -> Range | None:
        """The range that holds all of these addresses, if there is one."""
        recent = self.recent
        if recent.start <= address and address + quantity <= recent.end:
            return recent
        index = bisect_right(self._starts, address) - 1
        if index >= 0 and address + quantity <= self._ranges[index].end:
            self.recent = self._ranges[index]
            return self.recent
        return None

    def put(self, address: int, quantity: int, data: bytes) -> None:
        """Store values as a request carries them, then tell the listeners; raises UsageError for a hole."""
        found = self.find(address, quantity)
        if found is None:
            raise self._missing(address, quantity)
        if not self._listeners:
            self._store(found, address, quantity, data)
            return
        before = self.take(address, quantity)
        self._store(found, address, quantity, data)
        after = self.take(address, quantity)
        if before is not None and after is not None and before != after:
            self._tell(address, self.decode(before, quantity), self.decode(after, quantity))

    # What exists, and what may be written.

    def add(self, start: int, values: Sequence[V]) -> None:
        """Make addresses exist from ``start`` on; raises UsageError where one exists already."""
        end = start + len(values)
        if not 0 <= start <= end <= ADDRESS_SPACE:
            raise UsageError(f"{self.name}: addresses are 0-65535, got {start}-{end - 1}")
        if start == end:
            return
        new = Range(start, end, bytearray(self.encode(values)))
        index = bisect_right(self._starts, start)
        behind = self._ranges[index] if index < len(self._ranges) else None
        before = self._ranges[index - 1] if index else None
        for other in (before, behind):
            if other is not None and other.start < end and start < other.end:
                raise UsageError(f"{self.name}: address {max(start, other.start)} is given twice")
        if behind is not None and behind.start == end:
            new.data = self._joined(new, behind)
            new.end = behind.end
            del self._starts[index], self._ranges[index]
        if before is not None and before.end == start:
            before.data = self._joined(before, new)
            before.end = new.end
        else:
            self._starts.insert(index, start)
            self._ranges.insert(index, new)
        self.recent = self._ranges[0]

    def protect(self, address: int, quantity: int = 1) -> None:
        """Refuse clients' writes to these addresses (exception 02); Python may still write them."""
        self._protected.append((address, address + quantity))
        self._rate()

    def is_protected(self, address: int, quantity: int) -> bool:
        """Whether a client may not write at least one of these addresses."""
        return any(start < address + quantity and address < end for start, end in self._protected)

    def ranges(self) -> list[range]:
        """The addresses that exist, lowest first."""
        return [range(found.start, found.end) for found in self._ranges]

    def __contains__(self, address: object) -> bool:
        return isinstance(address, int) and self.find(address) is not None

    def __iter__(self) -> Iterator[int]:
        for addresses in self.ranges():
            yield from addresses

    def __len__(self) -> int:
        return sum(found.end - found.start for found in self._ranges)

    def __bool__(self) -> bool:
        return True

    # Values from Python.

    def read(self, address: int, quantity: int = 1) -> list[V]:
        """Values from Python, past all hooks; raises UsageError when one does not exist."""
        data = self.take(address, quantity) if quantity > 0 else None
        if data is None:
            raise self._missing(address, quantity)
        return self.decode(data, quantity)

    def write(self, address: int, values: Sequence[V]) -> None:
        """Set values from Python, past protection and write hooks; raises UsageError, then nothing is set."""
        if values:
            self.put(address, len(values), self.encode(values))

    def __getitem__(self, key: int | slice) -> Any:
        if isinstance(key, slice):
            start, quantity = self._span(key)
            return self.read(start, quantity)
        return self.read(key)[0]

    def __setitem__(self, key: int | slice, value: V | Sequence[V]) -> None:
        if isinstance(key, slice):
            start, quantity = self._span(key)
            if not isinstance(value, Sequence) or len(value) != quantity:
                raise UsageError(f"{self.name}[{start}:{start + quantity}] wants {quantity} values")
            self.write(start, value)
        elif isinstance(value, Sequence):
            raise UsageError(f"{self.name}[{key}] is one value; write({key}, values) sets several")
        else:
            self.write(key, [value])

    # Hooks.

    def on_read(self, hook: ReadHook[V], *, within: range = EVERYWHERE) -> ReadHook[V]:
        """Call ``hook(address, quantity)`` before a client's read is served; it may be a coroutine function.

        The hook sees the part of the request that lies within ``within``. It returns None, or as many values
        as it was asked for, which are stored and served. A DeviceError it raises is the answer. Returns the
        hook, so that this can be a decorator.
        """
        self._read_hooks.append(_Hook(hook, within.start, within.stop))
        self._rate()
        return hook

    def on_write(self, hook: WriteHook[V], *, within: range = EVERYWHERE) -> WriteHook[V]:
        """Call ``hook(address, values)`` before a client's write is stored; it may be a coroutine function.

        A DeviceError it raises is the answer, and nothing of the write is stored.
        """
        self._write_hooks.append(_Hook(hook, within.start, within.stop))
        self._rate()
        return hook

    def on_change(self, listener: Listener[V], *, within: range = EVERYWHERE) -> Listener[V]:
        """Call ``listener(address, values)`` after values have changed, by a client or from Python.

        An error in a listener cannot undo the change: it is logged, once per listener.
        """
        self._listeners.append(_Hook(listener, within.start, within.stop))
        self._rate()
        return listener

    def forget(self, hook: Callable[..., Any]) -> None:
        """Remove a hook or listener wherever it was set."""
        for hooks in (self._read_hooks, self._write_hooks, self._listeners):
            hooks[:] = [kept for kept in hooks if kept.call != hook]
        self._rate()

    def refresh(self, address: int, quantity: int) -> Steps[None]:
        """Run the read hooks for a client's request."""
        for hook in tuple(self._read_hooks):
            first, end = hook.part(address, quantity)
            if first >= end:
                continue
            values = hook.call(first, end - first)
            if must_wait(values):
                values = yield values
            if values is None:
                continue
            if len(values) != end - first:
                raise UsageError(f"{self.name}: {hook.call!r} returned {len(values)} values of {end - first}")
            self.write(first, values)

    def validate(self, address: int, quantity: int, data: bytes) -> Steps[None]:
        """Run the write hooks for a client's request; whichever raises refuses it."""
        values = self.decode(data, quantity)
        for hook in tuple(self._write_hooks):
            first, end = hook.part(address, quantity)
            if first >= end:
                continue
            verdict = hook.call(first, values[first - address : end - address])
            if must_wait(verdict):
                yield verdict

    # Inside.

    def _fill(self, contents: Contents[V]) -> None:
        if isinstance(contents, Mapping):
            for key, given in contents.items():
                self.add(*_entry(key, given, self.name))
        elif isinstance(contents, Table):
            for addresses in contents.ranges():
                self.add(addresses.start, contents.read(addresses.start, len(addresses)))
        else:
            self.add(0, contents)

    def _rate(self) -> None:
        self.hooked_reads = bool(self._read_hooks)
        self.hooked_writes = bool(self._write_hooks)
        self.plain_writes = not (self._write_hooks or self._protected or self._listeners)

    def _tell(self, address: int, before: list[V], after: list[V]) -> None:
        for listener in tuple(self._listeners):
            first, end = listener.part(address, len(after))
            if (
                first >= end
                or before[first - address : end - address] == after[first - address : end - address]
            ):
                continue
            try:
                listener.call(first, after[first - address : end - address])
            except Exception:
                if id(listener.call) not in self._failed:
                    self._failed.add(id(listener.call))
                    log.exception(
                        "a change listener of %s failed; said once, later failures are not", self.name
                    )

    def _span(self, key: slice) -> tuple[int, int]:
        if not isinstance(key.start, int) or not isinstance(key.stop, int) or key.step not in (None, 1):
            raise UsageError(f"a slice of {self.name} names its first address and the one behind its last")
        return key.start, key.stop - key.start

    def _missing(self, address: int, quantity: int) -> UsageError:
        last = f"-{address + quantity - 1}" if quantity > 1 else ""
        return UsageError(f"{self.name}: address {address}{last} does not exist (quantity {quantity})")


def _entry(key: int | range, given: V | Sequence[V], name: str) -> tuple[int, Sequence[V]]:
    """First address and values of one entry of a mapping: one value for a whole range, or one for each."""
    if isinstance(key, range):
        if key.step != 1:
            raise UsageError(f"{name}: a range of addresses has no gaps, got {key!r}")
        if not isinstance(given, Sequence):
            return key.start, [given] * len(key)
        if len(given) != len(key):
            raise UsageError(f"{name}: {key.start}-{key.stop - 1} wants {len(key)} values, got {len(given)}")
        return key.start, given
    return key, given if isinstance(given, Sequence) else [given]


def protect_all(table: Table[V], addresses: Iterable[int | range]) -> None:
    """Make addresses and ranges of a table read-only for clients."""
    for entry in addresses:
        if isinstance(entry, range):
            table.protect(entry.start, len(entry))
        else:
            table.protect(entry)
