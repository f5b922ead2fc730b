"""Devices that replay what was seen, and the plant file that serves them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from port502.commission.learned.lesson import Learnt, Lesson, Station
from port502.commission.learned.texts import comment, listed, quoted
from port502.discover.identity import (
    APPLICATION,
    MODEL,
    PRODUCT,
    PRODUCT_NAME,
    REVISION,
    URL,
    VENDOR,
    text_of,
)
from port502.registers.reference import Table
from port502.site.durations import duration_text
from port502.site.replay_file import changes_text

FOLDER = "devices"
LONG_RUN = 4
"""Equal neighbours are written as a range from so many on."""

_IN_A_ROW = 100
_LONGEST_TEXT = 240
_IDENTITY = {
    VENDOR: "vendor",
    PRODUCT: "product",
    REVISION: "revision",
    URL: "url",
    PRODUCT_NAME: "product_name",
    MODEL: "model",
    APPLICATION: "application",
}


def plant_text(lesson: Lesson) -> str:
    """The text of ``plant.yaml``: every server at a port of its own, with its units."""
    here = [one for one in lesson.stations if one.replay is not None]
    lines = [comment(f"Replays what {', '.join(lesson.sources)} shows. Who is where:")]
    lines += [comment(f"{one.host}:{one.port} answers at {_url(one)}") for one in here]
    lines += ["plant: learned", "devices:" if here else "devices: {}"]
    for one in here:
        lines += _entry(one)
    return "\n".join(lines) + "\n"


def device_files(lesson: Lesson) -> dict[str, str]:
    """The device files by their paths, with the courses of what moved beside them."""
    found: dict[str, str] = {}
    for _, one in lesson.devices:
        if one.is_replayable:
            changes = one.unit.memory.course(lesson.observer.first or 0)
            if changes:
                found[f"{FOLDER}/{one.name}.csv"] = changes_text(changes)
            period = round(lesson.observer.seconds + 1, 3) if changes else None
            found[f"{FOLDER}/{one.name}.yaml"] = device_text(one, period)
    return found


def device_text(one: Learnt, period: float | None) -> str:
    """The text of a device file; with a ``period`` (seconds) its values move, and begin anew after that."""
    memory = one.unit.memory
    lines = [
        comment(f"Replays unit {one.unit.number} of {one.unit.server}:{one.unit.port}."),
        f"device: {one.name}",
        f"units: [{one.unit.number}]",
    ]
    identity = _identity(memory.objects)
    if identity:
        lines.append(f"identity: {{{identity}}}")
    for table in Table:
        values = memory.first[table]
        if values:
            lines.append(f"{table}:")
            lines += _entries(values, 2)
    if memory.records:
        lines.append("files:")
        for file, records in sorted(memory.records.items()):
            lines.append(f"  {file}:")
            lines += _entries(records, 4)
    if memory.queues:
        lines.append("fifo:")
        lines += [
            f"  {at}: {listed(map(str, values), 4)}" if values else f"  {at}: []"
            for at, values in sorted(memory.queues.items())
        ]
    if period is not None:
        lines.append(f"replay: {{file: {one.name}.csv, period: {duration_text(period)}}}")
    return "\n".join(lines) + "\n"


def _url(station: Station) -> str:
    return str(station.replay)


def _entry(station: Station) -> list[str]:
    units = [one for one in station.units if one.is_replayable]
    listen = f'listen: "{_url(station)}"'
    if len(units) == 1:
        return [f"  {station.name}: {{file: {FOLDER}/{units[0].name}.yaml, {listen}}}"]
    pairs = [f"      {one.unit.number}: {FOLDER}/{one.name}.yaml" for one in units]
    return [f"  {station.name}:", f"    {listen}", "    units:", *pairs]


def _identity(objects: Mapping[int, bytes]) -> str:
    said = [
        f"{word}: {quoted(text_of(objects[number])[:_LONGEST_TEXT])}"
        for number, word in _IDENTITY.items()
        if number in objects and text_of(objects[number])
    ]
    return ", ".join(said)


def _entries(values: Mapping[int, int], indent: int) -> Iterator[str]:
    """Values by address as lines: runs of equal ones as ranges, others in lists."""
    for run in _runs(sorted(values)):
        waiting: list[int] = []
        at = run[0]
        for _, alike in groupby(run, lambda address: values[address]):
            same = list(alike)
            if len(same) >= LONG_RUN or len(waiting) >= _IN_A_ROW:
                yield from _list(at, [values[address] for address in waiting], indent)
                waiting, at = [], same[0]
            if len(same) >= LONG_RUN:
                yield f"{' ' * indent}{same[0]}-{same[-1]}: {values[same[0]]}"
                at = same[-1] + 1
            else:
                waiting += same
        yield from _list(at, [values[address] for address in waiting], indent)


def _list(at: int, values: Sequence[int], indent: int) -> Iterator[str]:
    if len(values) == 1:
        yield f"{' ' * indent}{at}: {values[0]}"
    elif values:
        yield f"{' ' * indent}{at}: {listed(map(str, values), indent + 4)}"


def _runs(addresses: Sequence[int]) -> Iterator[list[int]]:
    """Consecutive addresses together."""
    for _, run in groupby(enumerate(addresses), lambda pair: pair[1] - pair[0]):
        yield [address for _, address in run]
