"""The states of a connection as a picture: what leads where, how long it stayed, and where it is now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from port502.collect.status import Stay
from port502.transport.states import LinkState
from port502.web.pages.words import age_text

BOX = (150, 52)
IDLE, CONNECTING, SETTLING, READY, BACKING_OFF = (
    str(state)
    for state in (
        LinkState.IDLE,
        LinkState.CONNECTING,
        LinkState.SETTLING,
        LinkState.READY,
        LinkState.BACKING_OFF,
    )
)


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where the boxes stand, by their upper left corners, and the ways between them, as lines that turn corners."""

    name: str
    size: tuple[int, int]
    boxes: Mapping[str, tuple[int, int]]
    ways: Sequence[Sequence[tuple[int, int]]]


_WIDE = _Plan(
    "p5-states-wide",
    (760, 164),
    {IDLE: (2, 2), CONNECTING: (204, 2), SETTLING: (406, 2), READY: (608, 2), BACKING_OFF: (305, 108)},
    (
        ((152, 28), (202, 28)),
        ((354, 28), (404, 28)),
        ((556, 28), (606, 28)),
        ((279, 54), (279, 134), (303, 134)),
        ((683, 54), (683, 134), (457, 134)),
        ((330, 108), (330, 82), (77, 82), (77, 56)),
    ),
)
_NARROW = _Plan(
    "p5-states-narrow",
    (340, 290),
    {IDLE: (2, 2), CONNECTING: (2, 80), SETTLING: (2, 158), READY: (2, 236), BACKING_OFF: (188, 119)},
    (
        ((77, 54), (77, 78)),
        ((77, 132), (77, 156)),
        ((77, 210), (77, 234)),
        ((152, 106), (170, 106), (170, 145), (186, 145)),
        ((152, 262), (263, 262), (263, 173)),
        ((263, 119), (263, 28), (154, 28)),
    ),
)


def drawn(stays: Sequence[Stay], now: str) -> str:
    """The picture as SVG, once for wide screens and once for narrow ones; ``now`` is the present state."""
    by_state = {stay.state: stay for stay in stays}
    said = "; ".join(_said(by_state.get(state)) for state in _WIDE.boxes if state in by_state)
    label = escape(f"now {now}. {said}", quote=True)
    return "".join(_drawn(plan, by_state, now, label) for plan in (_WIDE, _NARROW))


def _drawn(plan: _Plan, stays: Mapping[str, Stay], now: str, label: str) -> str:
    width, height = plan.size
    ways = "".join(
        f'<path d="M{" L".join(f"{x} {y}" for x, y in way)}" marker-end="url(#{plan.name}-end)"/>'
        for way in plan.ways
    )
    boxes = "".join(_box(state, place, stays.get(state), now) for state, place in plan.boxes.items())
    return (
        f'<svg class="p5-states {plan.name}" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">'
        f'<defs><marker id="{plan.name}-end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
        f' orient="auto"><path d="M0 0 L8 4 L0 8 Z"/></marker></defs>'
        f'<g class="p5-ways">{ways}</g>{boxes}</svg>'
    )


def _box(state: str, place: tuple[int, int], stay: Stay | None, now: str) -> str:
    (x, y), (width, height) = place, BOX
    is_here = state == now
    look = "p5-state is-here" if is_here else "p5-state"
    look += " is-ill" if is_here and state == BACKING_OFF else ""
    middle = x + width // 2
    return (
        f'<g class="{look}"><rect x="{x}" y="{y}" width="{width}" height="{height}" rx="8"/>'
        f'<text x="{middle}" y="{y + 22}">{"● " if is_here else ""}{escape(state)}</text>'
        f'<text class="p5-time" x="{middle}" y="{y + 41}">{escape(_time(stay))}</text></g>'
    )


def _time(stay: Stay | None) -> str:
    if stay is None or not stay.times:
        return "never"
    return f"{age_text(stay.seconds)}, {stay.times} ×"


def _said(stay: Stay | None) -> str:
    assert stay is not None
    return f"{stay.state} {_time(stay)}"
