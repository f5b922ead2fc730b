"""What was found, in words for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from port502.cli.board import count, duration, milliseconds
from port502.cli.output import printable
from port502.discover.changes import Change, ChangeKind
from port502.discover.estimate import Estimate
from port502.discover.found import FoundDevice, FoundUnit, Inventory
from port502.discover.targets import numbers_text
from port502.discover.units import UnitClass

NARROWEST = 76
WIDEST = 140
_ADDRESS, _UNIT, _TOOK = 21, 4, 8
_GATEWAY_WORDS = {
    UnitClass.GATEWAY_SILENT: "the gateway got no answer from",
    UnitClass.GATEWAY_NO_PATH: "the gateway has no path to",
}
MOST_OTHERS = 20


class Layout:
    """Columns as wide as the terminal allows; a text that does not fit is cut, never wrapped."""

    def __init__(self, width: int) -> None:
        left = min(WIDEST, max(NARROWEST, width)) - _ADDRESS - _UNIT - _TOOK - 8
        self._map = max(20, left * 2 // 5)
        self._title = left - self._map

    def heading(self) -> str:
        """The names of the columns."""
        return self._line("address", "unit", "answers", "what it is", "map")

    def device(self, device: FoundDevice) -> list[str]:
        """A device: a line for each unit that answers itself, and below them what else there is to say."""
        place = device.url.partition("://")[2]
        lines = []
        if len(place) > _ADDRESS:
            lines.append(place)
            place = ""
        for unit in device.devices or (None,):
            lines.append(self._unit(place, unit))
            place = ""
        return [*lines, *(f"  {note}" for note in notes(device))]

    def _unit(self, place: str, unit: FoundUnit | None) -> str:
        if unit is None:
            return self._line(place, "-", "", "no unit that was asked answers itself", "")
        number = "any" if unit.kind is UnitClass.ANY_UNIT else str(unit.unit)
        took = "" if unit.response_ms is None else milliseconds(unit.response_ms / 1000)
        title = unit.title or "does not say"
        if unit.revision and len(title) + 1 + len(unit.revision) <= self._title:
            title += f" {unit.revision}"
        return self._line(place, number, took, title, unit.map or "-")

    def _line(self, place: str, unit: str, took: str, title: str, map_name: str) -> str:
        cells = (
            place.ljust(_ADDRESS),
            unit.rjust(_UNIT),
            took.rjust(_TOOK),
            cut(printable(title), self._title).ljust(self._title),
            cut(map_name, self._map),
        )
        return "  ".join(cells).rstrip()


def notes(device: FoundDevice) -> list[str]:
    """What there is to say about a device besides its units."""
    found = []
    if device.mac:
        found.append(f"MAC {device.mac}" + (f", {printable(device.maker)}" if device.maker else ""))
    if device.name:
        found.append(f"called {printable(device.name)}")
    gateways = [one for one in device.units if one.kind.is_gateway]
    for kind, group in groupby(sorted(gateways, key=lambda one: (one.kind, one.unit)), lambda one: one.kind):
        units = list(group)
        slowest = max((one.response_ms or 0.0 for one in units), default=0.0)
        numbers = numbers_text(one.unit for one in units)
        after = f", after {milliseconds(slowest / 1000)}" if kind is UnitClass.GATEWAY_SILENT else ""
        found.append(f"{_GATEWAY_WORDS[kind]} unit {numbers}{after}")
    same = [one.unit for one in device.units if one.kind is UnitClass.SAME_DEVICE]
    if same:
        found.append(f"answers at unit {numbers_text(same)} too")
    if device.silent:
        found.append(f"silent: unit {numbers_text(device.silent)}")
    for unit in device.devices:
        if unit.kind is UnitClass.ANY_UNIT:
            found.append("answers any unit id alike: one device, not many")
        found.extend(f"unit {unit.unit}: {printable(quirk)}" for quirk in unit.quirks)
    found.extend(printable(quirk) for quirk in device.quirks)
    return found


def summary_lines(inventory: Inventory, *, asked_all: bool) -> list[str]:
    """The end of a scan: how many of what, in how long, and what to do next."""
    units = sum(len(device.devices) for device in inventory.devices)
    where = count(inventory.probed, "address").replace("addresss", "addresses")
    if not inventory.is_complete:
        where += f" of {inventory.of:,}: interrupted"
    lines = [f"{count(len(inventory.devices), 'device')}, {count(units, 'unit')}, at {where}"]
    lines[0] += f" in {duration(inventory.took)}"
    others = inventory.others[:MOST_OTHERS]
    for other in others:
        place = f"{other.address}:{other.port}" if other.port else other.address
        lines.append(f"no Modbus at {place}: {printable(other.says)}")
    if len(inventory.others) > len(others):
        lines.append(
            f"and {len(inventory.others) - len(others)} more ports without Modbus: --json names them"
        )
    gateways = [device for device in inventory.devices if device.gateway]
    if gateways and not asked_all:
        more = f" and {len(gateways) - 1} more answer" if len(gateways) > 1 else " answers"
        lines.append(f"{gateways[0].address}{more} as a gateway does: --units 1-247 looks at what is behind")
    return lines


def change_lines(changes: Iterable[Change]) -> list[str]:
    """What is new, gone, moved or changed, a line for each."""
    lines = []
    for change in changes:
        one = change.unit
        place = f"[{one.address}]" if ":" in one.address else one.address
        head = f"{change.kind!s:<8} {place}:{one.port} unit {one.unit}"
        what = "; ".join(
            f"from {printable(old)}" if change.kind is ChangeKind.MOVED else _differs(key, old, new)
            for key, old, new in change.what
        )
        title = printable(one.title)
        lines.append("   ".join(part for part in (head, title, what) if part))
    return lines


def estimate_lines(made: Estimate, ports: Sequence[int]) -> list[str]:
    """What a scan will cost."""
    numbers = numbers_text(ports)
    return [
        f"{made.addresses:,} {'address' if made.addresses == 1 else 'addresses'}, port {numbers}:"
        f" at most {made.packets:,} packets if nobody is there, in about {duration(made.seconds)}",
        f"each device found adds about {made.per_device} packets and {duration(made.device_seconds)};"
        " everything is read, nothing is written",
    ]


def cut(text: str, width: int) -> str:
    """A text that fits, with an ellipsis where it did not."""
    return text if len(text) <= width else text[: width - 1] + "…"


def _differs(key: str, old: str, new: str) -> str:
    return f"{key} {printable(old)} -> {printable(new)}"
