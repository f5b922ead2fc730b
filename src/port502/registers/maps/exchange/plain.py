"""What a plain register list can say of a point, and what it cannot."""

from __future__ import annotations

from collections.abc import Iterable

from port502.registers.maps.model import DeviceMap, MapPoint


def plain_points(known: DeviceMap) -> tuple[list[MapPoint], list[str]]:
    """The points that registers, type, scale and offset describe fully, and the names of the others.

    A scale register and a field of bits cannot be said in a plain list: a value would be wrong, so they are left out.
    """
    plain: list[MapPoint] = []
    others: list[str] = []
    for name, one in known.points.items():
        meaning = one.point.meaning
        if meaning is not None and (meaning.scale_register is not None or meaning.mask is not None):
            others.append(name)
        else:
            plain.append(one)
    return plain, others


def left_out_line(names: Iterable[str]) -> str:
    """The comment that tells what is not there, empty when all is."""
    listed = list(names)
    return f"# left out, because this format cannot say them: {', '.join(listed)}" if listed else ""
