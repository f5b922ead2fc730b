"""The plant file for `simulate`: from the file to a plant that runs, with all its faults."""

from __future__ import annotations

import time as time_module
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from port502.errors import Port502Error, UsageError
from port502.simulate.bus import Line
from port502.simulate.effects import CONNECTION_EFFECTS, FrameEffect
from port502.simulate.libmodbus import LIBMODBUS_RULES
from port502.simulate.libmodbus import NAME as LIBMODBUS
from port502.simulate.personality import personality
from port502.simulate.plant import Clock, Place, Plant
from port502.simulate.polling import Poll
from port502.simulate.rule import Rule, When
from port502.simulate.waves import DAY
from port502.site.document import Document, read_document
from port502.site.faults import ERROR, WARNING, Fault, KeyPath, SiteFileError, in_order, nearest
from port502.site.plant_contents import Contents, content_of, libmodbus_content
from port502.site.plant_effects import effect_word
from port502.site.plant_model import DeviceEntry, FaultEntry, PlantFile, PollEntry
from port502.site.plant_places import copy_url, listen_faults, url_of
from port502.site.validate import validated
from port502.transport.url import parse_url


@dataclass(frozen=True, slots=True)
class PlantDescription:
    """A plant file that was understood.

    ``begin`` are the seconds into the day at which its clock starts (None: now), ``speed`` how fast it goes.
    """

    name: str
    places: tuple[Place, ...]
    begin: float | None = None
    speed: float = 1.0
    warnings: tuple[Fault, ...] = ()

    def plant(self) -> Plant:
        """The plant, ready to run."""
        return Plant(self.places, name=self.name, clock=self.clock())

    def clock(self, now: Clock = time_module.time, passed: Clock = time_module.monotonic) -> Clock:
        """The plant's own time in unix seconds, starting when this is called."""
        start, since = now(), passed()
        if self.begin is None and self.speed == 1:
            return now
        if self.begin is not None:
            start += self.begin - start % DAY
        return lambda: start + (passed() - since) * self.speed


def load_plant(path: str | Path, environment: Mapping[str, str] | None = None) -> PlantDescription:
    """The plant that a file describes; raises SiteFileError with all faults."""
    plant, faults = understand_plant(read_document(Path(path), environment))
    if plant is None:
        raise SiteFileError(faults)
    return plant


def understand_plant(document: Document) -> tuple[PlantDescription | None, tuple[Fault, ...]]:
    """The plant of a document and its faults in order; no plant when one of them is an error."""
    faults = list(document.faults)
    if not isinstance(document.data, dict):
        return None, in_order(faults or [document.fault((), "is no plant file", "begin with 'plant: NAME'")])
    file, found = validated(PlantFile, document.data, document, fallback={"plant": "unnamed"}, entry=entry_of)
    faults += found
    if file is None:
        return None, in_order(faults)
    builder = _Builder(file, document)
    places = builder.places()
    faults += builder.faults
    if not file.devices and not faults:
        hint = "name one: devices: {meter: {map: eastron/sdm630, listen: 'tcp://127.0.0.1:1502'}}"
        faults.append(document.fault((), "has no devices", hint, severity=WARNING))
    ordered = in_order(faults)
    if any(fault.severity == ERROR for fault in ordered):
        return None, ordered
    return PlantDescription(file.plant, places, file.clock.begin, file.clock.speed, ordered), ordered


def entry_of(path: KeyPath) -> KeyPath:
    """What is left out when something at a path is faulty: a device, all faults, a key."""
    return path[: 2 if path[:1] == ("devices",) else 1]


class _Builder:
    """Makes the places of a plant, and notes what is wrong with them."""

    def __init__(self, file: PlantFile, document: Document) -> None:
        self.faults: list[Fault] = []
        self._file = file
        self._document = document
        self._base = document.path.parent
        self._contents: dict[str, Contents] = {}
        self._copies: dict[str, list[str]] = {}

    def places(self) -> tuple[Place, ...]:
        """Every device and copy at its place, with its rules and polls."""
        made: list[Place] = []
        for name, entry in self._file.devices.items():
            path = ("devices", name)
            self.faults += listen_faults(name, entry, self._document)
            content = self._content(entry, path)
            if content is None:
                continue
            self._contents[name] = content
            self._copies[name] = (
                [name] if entry.copies == 1 else [f"{name}-{n}" for n in range(1, entry.copies + 1)]
            )
            made += self._copies_of(name, entry, content)
        rules = self._rules(made)
        polls = {name: self._polls(name, entry) for name, entry in self._file.devices.items()}
        self._meet(made)
        return tuple(
            replace(place, rules=(*rules.get(place.name, ()), *place.rules), polls=polls.get(place.name, ()))
            for place in made
        )

    def _complain(self, path: KeyPath, message: str, hint: str = "") -> None:
        self.faults.append(self._document.fault(path, message, hint))

    def _content(self, entry: DeviceEntry, path: KeyPath) -> Contents | None:
        """What answers there; None, and a fault, where nothing can."""
        if entry.personality == LIBMODBUS:
            return libmodbus_content()
        if entry.is_bus or (entry.units and entry.map is None and entry.file is None):
            found = {unit: self._one(name, (*path, "units", str(unit))) for unit, name in entry.units.items()}
            if not found:
                key = "gateway" if entry.pty is None else "pty"
                self._complain((*path, key), "has nobody on its bus", "add units: {1: eastron/sdm120}")
            known = {unit: one for unit, one in found.items() if one is not None}
            return Contents.of_units(known) if found and len(known) == len(found) else None
        name, key = (entry.map, "map") if entry.map is not None else (entry.file, "file")
        if name is None or (entry.map is not None and entry.file is not None):
            self._complain(
                path, "needs either a map or a file", "write map: eastron/sdm630, or file: device.yaml"
            )
            return None
        content = self._one(name, (*path, key))
        return None if content is None else content.at(entry.unit)

    def _one(self, name: str, path: KeyPath) -> Contents | None:
        try:
            return content_of(name, self._base)
        except SiteFileError as error:
            self._complain(path, "cannot be used")
            self.faults += error.faults
        except Port502Error as error:
            self._complain(path, str(error))
        return None

    def _copies_of(self, name: str, entry: DeviceEntry, content: Contents) -> list[Place]:
        url = url_of(entry, self._base)
        if url is None:
            return []
        line = Line(entry.baud, timeout=entry.timeout) if entry.is_bus else None
        rules: tuple[Rule, ...] = ()
        if entry.personality == LIBMODBUS:
            rules = LIBMODBUS_RULES
        elif entry.personality is not None:
            rules = personality(entry.personality).rules
        made = []
        for number, copy in enumerate(self._copies[name], 1):
            try:
                place = copy_url(url, number)
                parse_url(place)
            except UsageError:  # which was said about the first of them
                continue
            seed = f"{self._file.seed}/{copy}"
            pty = entry.pty is not None
            made.append(Place(copy, place, content.units, content.any_unit, line, rules, seed=seed, pty=pty))
        return made

    def _rules(self, places: Sequence[Place]) -> dict[str, list[Rule]]:
        found: dict[str, list[Rule]] = {}
        for index, entry in enumerate(self._file.faults):
            path = ("faults", index)
            meant = [place for place in places if self._means(entry.device, place.name)]
            if not meant and len(self._contents) == len(self._file.devices):
                known = [*self._copies, *(place.name for place in places)]
                hint = nearest(entry.device, known) if len(known) <= 200 else ""
                self._complain((*path, "device"), f"no device is called {entry.device!r}", hint)
            rule = self._rule(entry, path)
            if rule is None:
                continue
            for place in meant:
                self._check_scheme(rule, place, path)
                found.setdefault(place.name, []).append(rule)
        return found

    def _means(self, pattern: str, name: str) -> bool:
        return name in self._copies.get(pattern, ()) or fnmatchcase(name, pattern)

    def _rule(self, entry: FaultEntry, path: KeyPath) -> Rule | None:
        functions = entry.function
        if entry.address is not None and entry.address.functions is not None:
            functions = entry.address.functions & (functions or entry.address.functions)
        try:
            when = When(
                clients=entry.client,
                units=None if entry.unit is None else frozenset(entry.unit),
                functions=functions,
                addresses=None if entry.address is None else entry.address.addresses,
                quantity=entry.quantity,
                probability=entry.probability,
                nth=entry.nth,
                times=entry.times,
                start=entry.begin,
                duration=entry.duration,
                every=entry.every,
                pipelined=entry.pipelined,
            )
        except UsageError as error:
            self._complain(path, str(error))
            return None
        return Rule(entry.effect, when, effect_word(entry.effect))

    def _check_scheme(self, rule: Rule, place: Place, path: KeyPath) -> None:
        scheme = parse_url(place.url).scheme
        header = isinstance(rule.effect, FrameEffect) and rule.effect.needs_header
        wire = isinstance(rule.effect, (FrameEffect, *CONNECTION_EFFECTS))
        if (header and scheme not in ("tcp", "tls")) or (wire and scheme in ("rtu", "ascii")):
            self._complain(
                (*path, "effect"), f"{rule.name} means nothing on {scheme}://, where {place.name} is"
            )

    def _polls(self, name: str, entry: DeviceEntry) -> tuple[Poll, ...]:
        polls = []
        for index, one in enumerate(entry.polls):
            poll = self._poll(one, ("devices", name, "polls", index))
            if poll is not None:
                polls += poll
        if entry.polls and entry.copies > 1:
            self._complain(("devices", name, "polls"), "copies cannot poll", "let a single device do it")
        return tuple(polls)

    def _poll(self, entry: PollEntry, path: KeyPath) -> list[Poll] | None:
        """One poll for each device meant, their values behind each other."""
        if entry.to.table != "holding":
            self._complain((*path, "to"), "values are kept in holding registers", "write to: holding:100")
            return None
        meant = [
            (base, copy)
            for base, copies in self._copies.items()
            for copy in copies
            if self._means(entry.device, copy)
        ]
        if not meant:
            self._complain(
                (*path, "device"),
                f"no device is called {entry.device!r}",
                nearest(entry.device, self._copies),
            )
            return None
        found: list[Poll] = []
        place = entry.to.address
        for base, copy in meant:
            content = self._contents[base]
            unit = entry.unit if entry.unit is not None else content.first_unit
            try:
                points = content.points(unit, entry.points)
                found.append(Poll(copy, points, place, entry.interval, unit))
            except Port502Error as error:
                self._complain((*path, "points"), str(error))
                return None
            place += 2 * len(points)
        if place > 0x10000:
            self._complain(
                (*path, "to"), f"{place - entry.to.address} registers end behind the last address, 65535"
            )
            return None
        return found

    def _meet(self, places: Sequence[Place]) -> None:
        """Two devices at one address."""
        seen: dict[str, str] = {}
        for place in places:
            target = parse_url(place.url)
            key = str(target)
            if key in seen and (target.port or target.is_serial):
                base = place.name if place.name in self._copies else place.name.rpartition("-")[0]
                self._complain(
                    ("devices", base), f"{place.name} listens where {seen[key]} does, {key}", "use {n}"
                )
                return
            seen[key] = place.name
