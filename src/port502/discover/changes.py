"""What has changed since the last scan: who is new, who is gone, who moved, and who is another than before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from port502.discover.candidates import same_maker
from port502.discover.found import Inventory

Place: TypeAlias = tuple[str, int, int]
"""Address, port and unit."""

COMPARED = ("mac", "maker", "vendor", "product", "revision", "serial", "map")
MAKERS = ("maker", "vendor")
"""What people write in more than one way: only another maker is a change."""


class ChangeKind(StrEnum):
    """What happened to a unit."""

    NEW = "new"
    GONE = "gone"
    MOVED = "moved"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Known:
    """A unit that a list knows, with what the list says of it; empty texts say nothing."""

    address: str
    port: int
    unit: int
    facts: Mapping[str, str] = field(default_factory=dict)
    name: str = ""

    @property
    def place(self) -> Place:
        """Where it is."""
        return self.address, self.port, self.unit

    @property
    def title(self) -> str:
        """What it is, in words."""
        said = f"{self.facts.get('vendor', '')} {self.facts.get('product', '')}".strip()
        return said or self.name or self.facts.get("map", "") or self.facts.get("maker", "")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; ``what`` are the fields that differ, each with its text before and after."""

    kind: ChangeKind
    unit: Known
    what: tuple[tuple[str, str, str], ...] = ()


def known_of(inventory: Inventory) -> list[Known]:
    """The units of an inventory that answer themselves."""
    return [
        Known(
            device.address,
            device.port,
            unit.unit,
            {
                "mac": device.mac,
                "maker": device.maker,
                "vendor": unit.vendor,
                "product": unit.product,
                "revision": unit.revision,
                "serial": unit.serial,
                "map": unit.map,
            },
            device.name,
        )
        for device in inventory.devices
        for unit in device.devices
    ]


def was_asked(inventory: Inventory) -> Callable[[Place], bool]:
    """Whether a scan asked at a place: a unit that was not asked for is not gone, wherever its device still is."""
    asked = {
        (device.address, device.port): {*device.silent, *(unit.unit for unit in device.units)}
        for device in inventory.devices
    }
    return lambda place: place[:2] not in asked or place[2] in asked[place[:2]]


def compare(
    before: Iterable[Known], after: Iterable[Known], looked_at: Callable[[Place], bool] = lambda _: True
) -> list[Change]:
    """The differences in the order of places; only what was ``looked_at`` can be gone."""
    old = {one.place: one for one in before}
    new = {one.place: one for one in after}
    gone = [one for place, one in old.items() if place not in new and looked_at(place)]
    fresh = [one for place, one in new.items() if place not in old]
    changes: list[Change] = []
    for one in list(gone):
        twin = _moved_to(one, fresh)
        if twin is not None:
            gone.remove(one)
            fresh.remove(twin)
            changes.append(Change(ChangeKind.MOVED, twin, (("address", _where(one), _where(twin)),)))
    changes += [Change(ChangeKind.NEW, one) for one in fresh]
    changes += [Change(ChangeKind.GONE, one) for one in gone]
    for place, one in new.items():
        if place in old and (what := differences(old[place].facts, one.facts)):
            changes.append(Change(ChangeKind.CHANGED, one, tuple(what)))
    return sorted(changes, key=lambda change: _order(change.unit))


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """The fields in which two lists of facts differ, as far as both say something."""
    found = []
    for key in COMPARED:
        old, new = before.get(key, ""), after.get(key, "")
        if not old or not new or old.strip().lower() == new.strip().lower():
            continue
        if key in MAKERS and same_maker(old, new):
            continue
        found.append((key, old, new))
    return found


def _moved_to(one: Known, fresh: Sequence[Known]) -> Known | None:
    """Who has the same hardware address, or serial number, and unit at another place."""
    for key in ("mac", "serial"):
        own = one.facts.get(key, "").lower()
        if own:
            for other in fresh:
                if other.facts.get(key, "").lower() == own and other.unit == one.unit:
                    return other
    return None


def _where(one: Known) -> str:
    return f"[{one.address}]:{one.port}" if ":" in one.address else f"{one.address}:{one.port}"


def _order(one: Known) -> tuple[int, tuple[int, ...], str, int, int]:
    parts = one.address.split(".")
    numbers = tuple(int(part) for part in parts) if all(part.isdigit() for part in parts) else ()
    return (0 if numbers else 1), numbers, one.address, one.port, one.unit
