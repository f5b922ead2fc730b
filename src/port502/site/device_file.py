"""The device file for `serve`: from the file to a device that answers."""

from __future__ import annotations

import time as time_module
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from port502.errors import Port502Error, UsageError
from port502.registers.maps.library import Library
from port502.registers.maps.model import DeviceMap
from port502.service.device import Device
from port502.service.identity import Identity
from port502.service.units import Units
from port502.simulate.device import Clock, SimulatedDevice
from port502.simulate.replay import Course, replayed
from port502.site.device_model import TABLES, DeviceFile, entry_of
from port502.site.device_values import HIGHEST, HIGHEST_RECORD, Addresses, Filling
from port502.site.document import Document, read_document
from port502.site.faults import ERROR, WARNING, Fault, KeyPath, SiteFileError, in_order
from port502.site.replay_file import read_changes
from port502.site.validate import validated

Placed = dict[int, Sequence[int]]


@dataclass(frozen=True, slots=True)
class DeviceDescription:
    """A device as its file describes it; ``units`` is None where it answers any unit id.

    Tables hold values by first address, ``read_only`` ranges by table, ``files`` tables by file number; on its
    ``course`` the values change. With a ``map`` there are no tables: the device is a lifelike one of that map.
    """

    name: str
    units: tuple[int, ...] | None = (1,)
    identity: Identity = field(default_factory=Identity)
    tables: Mapping[str, Placed] = field(default_factory=dict)
    read_only: Mapping[str, Sequence[range]] = field(default_factory=dict)
    files: Mapping[int, Placed] = field(default_factory=dict)
    fifo: Mapping[int, Sequence[int]] = field(default_factory=dict)
    map: DeviceMap | None = None
    course: Course = field(default_factory=Course)
    warnings: tuple[Fault, ...] = ()

    def device(self, seed: object = 0, clock: Clock = time_module.time) -> Device:
        """A new device with these contents, which live in memory and share nothing with other copies.

        ``seed`` and ``clock`` are for values that move.
        """
        if self.map is not None:
            return SimulatedDevice(self.map, seed=seed, clock=clock, identity=self._identity())
        device = Device(
            holding=_as_registers(self.tables.get("holding", {})),
            input=_as_registers(self.tables.get("input", {})),
            coil=_as_bits(self.tables.get("coil", {})),
            discrete=_as_bits(self.tables.get("discrete", {})),
            read_only=self.read_only,
            identity=self.identity,
            files={number: _as_registers(records) for number, records in self.files.items()},
            fifo=self.fifo,
        )
        return replayed(device, self.course, clock)

    def _identity(self) -> Identity | None:
        """What the file says of who it is; None where it says nothing, and the map does."""
        return None if self.identity == Identity() else self.identity

    def service(self, units: Sequence[int] | None = None, seed: object = 0) -> Units:
        """A new device behind its unit ids, or behind others."""
        device = self.device(seed)
        answered = self.units if units is None else tuple(units)
        if answered is None:
            return Units({}, any_unit=device)
        return Units(dict.fromkeys(answered, device))


def read_device(path: str | Path, environment: Mapping[str, str] | None = None) -> DeviceDescription:
    """The device that a file describes; raises SiteFileError with all faults."""
    device, faults = understand_device(read_document(Path(path), environment))
    if device is None:
        raise SiteFileError(faults)
    return device


def load_device(path: str | Path, environment: Mapping[str, str] | None = None) -> tuple[str, Units]:
    """Name and service of the device that a file describes; raises SiteFileError with all faults."""
    description = read_device(path, environment)
    return description.name, description.service()


def understand_device(document: Document) -> tuple[DeviceDescription | None, tuple[Fault, ...]]:
    """The device of a document and its faults in order; no device when one of them is an error."""
    faults = list(document.faults)
    if not isinstance(document.data, dict):
        return None, in_order(
            faults or [document.fault((), "is no device file", "begin with 'device: NAME'")]
        )
    file, found = validated(
        DeviceFile, document.data, document, fallback={"device": "unnamed"}, entry=entry_of
    )
    faults += found
    if file is None:
        return None, in_order(faults)
    place = _Placement(document)
    tables: dict[str, Placed] = {name: place.table(getattr(file, name), (name,)) for name in TABLES}
    files = {
        number.first: place.table(records, ("files", number.text), HIGHEST_RECORD)
        for number, records in file.files.items()
    }
    place.each_once("file number", file.files, ("files",))
    place.each_once("address", file.fifo, ("fifo",))
    read_only = _read_only(file, tables, place)
    identity = Identity()
    try:
        identity = Identity(**file.identity.model_dump(exclude_none=True))
    except UsageError as error:
        place.complain(("identity",), str(error))
    device_map = _map_of(file, document, place)
    if not faults and device_map is None and not any(tables.values()) and not files and not file.fifo:
        hint = "give it a table: holding: {0: [10, 20, 30]}"
        place.complain((), "has no addresses that could be read", hint, severity=WARNING)
    course = _course(file, document, tables, place)
    ordered = in_order(faults + place.faults)
    if any(fault.severity == ERROR for fault in ordered):
        return None, ordered
    fifo = {at.first: queue.values for at, queue in file.fifo.items()}
    return DeviceDescription(
        file.device, file.units, identity, tables, read_only, files, fifo, device_map, course, ordered
    ), ordered


def _map_of(file: DeviceFile, document: Document, place: _Placement) -> DeviceMap | None:
    """The map that a device has in place of tables; None, and a fault, where it has no use for one."""
    if file.map is None:
        return None
    for name in (*TABLES, "files", "fifo", "read_only", "replay"):
        if getattr(file, name):
            place.complain((name,), "has no place beside a map", "leave out one of them")
    try:
        return Library.default().load(file.map, document.path.parent)
    except Port502Error as error:
        place.complain(("map",), str(error))
        return None


def _course(file: DeviceFile, document: Document, tables: Mapping[str, Placed], place: _Placement) -> Course:
    """How the values change; none, and its faults, where the file beside this one cannot be used."""
    if file.replay is None or file.map is not None:
        return Course()
    path = document.path.parent / file.replay.file
    try:
        return Course(read_changes(path, tables), file.replay.period)
    except SiteFileError as error:
        place.complain(("replay", "file"), "cannot be used")
        place.faults += error.faults
    return Course()


class _Placement:
    """Lays entries into tables, and notes where they do not fit or meet."""

    def __init__(self, document: Document) -> None:
        self.faults: list[Fault] = []
        self._document = document

    def complain(self, path: KeyPath, message: str, hint: str = "", *, severity: str = ERROR) -> None:
        self.faults.append(self._document.fault(path, message, hint, severity=severity, at_key=True))

    def table(self, entries: Mapping[Addresses, Filling], path: KeyPath, highest: int = HIGHEST) -> Placed:
        """Values by first address; entries that do not fit, or meet others, are left out and noted."""
        placed: list[tuple[int, Sequence[int], Addresses]] = []
        for at, filling in entries.items():
            try:
                placed.append((*filling.placed(at, highest), at))
            except ValueError as error:
                self.complain((*path, at.text), str(error))
        placed.sort(key=lambda entry: entry[0])
        for (first, values, at), (second, _, meets) in pairwise(placed):
            if second < first + len(values):
                end = first + len(values) - 1
                self.complain(
                    (*path, meets.text), f"address {second} stands in {at.text} ({first}-{end}) already"
                )
        return {first: values for first, values, _ in placed}

    def each_once(self, what: str, keys: Mapping[Addresses, object], path: KeyPath) -> None:
        """Notes keys that are one number in two spellings."""
        seen: dict[int, str] = {}
        for at in keys:
            if at.first in seen:
                self.complain(
                    (*path, at.text), f"{what} {at.first} stands there already, as {seen[at.first]}"
                )
            seen.setdefault(at.first, at.text)


def _read_only(file: DeviceFile, tables: Mapping[str, Placed], place: _Placement) -> dict[str, list[range]]:
    """Protected ranges by table; each must meet an address that exists."""
    protected: dict[str, list[range]] = {}
    for index, reference in enumerate(file.read_only):
        wanted = range(reference.address, reference.address + reference.span)
        placed = tables[reference.table].items()
        if not any(first < wanted.stop and wanted.start < first + len(values) for first, values in placed):
            message = f"none of these addresses exists in the {reference.table} table"
            place.complain(("read_only", index), message)
        protected.setdefault(str(reference.table), []).append(wanted)
    return protected


def _as_registers(table: Placed) -> dict[int | range, int | Sequence[int]]:
    return {first: list(values) for first, values in table.items()}


def _as_bits(table: Placed) -> dict[int | range, bool | Sequence[bool]]:
    return {first: [bool(value) for value in values] for first, values in table.items()}
