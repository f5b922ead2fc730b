"""Poll groups of a device: which point is read how often."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase

from port502.site.faults import WARNING, Fault, KeyPath, nearest
from port502.site.model import Device, Group
from port502.site.scalars import shown
from port502.site.validate import Source

GLOB_SIGNS = frozenset("*?[")


def matching(pattern: str, names: Collection[str]) -> list[str]:
    """The names that a group's entry means: the name itself, or all that a glob fits."""
    if pattern in names:
        return [pattern]
    return [name for name in names if fnmatchcase(name, pattern)] if GLOB_SIGNS & set(pattern) else []


def group_of(groups: Mapping[str, Group], names: Collection[str]) -> dict[str, str]:
    """The group of each point; the first group that fits a point has it."""
    found: dict[str, str] = {}
    for group, entry in groups.items():
        for pattern in entry.points:
            for name in matching(pattern, names):
                found.setdefault(name, group)
    return found


def group_faults(device: Device, names: Collection[str], source: Source, path: KeyPath) -> list[Fault]:
    """Entries of groups that mean no point, and groups whose points all belong to earlier ones.

    ``names`` are all points that the device has in the file, also faulty ones; ``path`` is where the device stands.
    """
    faults: list[Fault] = []
    owner = group_of(device.groups, names)
    for group, entry in device.groups.items():
        place = (*path, "groups", group)
        met: set[str] = set()
        for index, pattern in enumerate(entry.points):
            found = matching(pattern, names)
            met.update(found)
            if not found:
                what = "no point fits" if GLOB_SIGNS & set(pattern) else "no point is called"
                message = f"{what} {shown(pattern)}"
                faults.append(source.fault((*place, "points", index), message, nearest(pattern, names)))
        if met and all(owner[name] != group for name in met):
            others = ", ".join(sorted({owner[name] for name in met}))
            message = f"all its points belong to earlier groups already: {others}"
            faults.append(source.fault(place, message, severity=WARNING, at_key=True))
    return faults


def interval_of(
    name: str, own: float | None, device: Device, owner: Mapping[str, str], default: float
) -> float:
    """How often a point is read: its own interval, else its group's, its device's, the site's."""
    group = device.groups[owner[name]].interval if name in owner else None
    return next(one for one in (own, group, device.interval, default) if one is not None)
