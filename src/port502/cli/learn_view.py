"""What was learned as people read it: who talks to whom, what was written where, what is uncertain, what was made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from port502.cli.board import count
from port502.cli.inspect_view import end_text
from port502.cli.output import printable, put, put_table, table
from port502.commission.learned.files import INVENTORY, PLANT, POLICIES, POLICY, REPLAY_SITE, SITE
from port502.commission.learned.inventory import Written, written
from port502.commission.learned.lesson import Learnt, Lesson, Station
from port502.commission.learned.polled import Block, blocks_of
from port502.protocol.codes import function_name
from port502.site.durations import duration_text
from port502.traffic.flows import Flow

if TYPE_CHECKING:
    from rich.table import Table

MOST_ROWS: Final = 40
MOST_RANGES: Final = 4


def put_lesson(lesson: Lesson) -> None:
    """Print what was learned."""
    observer = lesson.observer
    put(f"{count(observer.messages, 'message')} in {observer.seconds:.1f} s")
    put("")
    rows = _pairs(lesson)
    put_table(_pairs_table(lesson, rows[:MOST_ROWS]))
    _put_more(len(rows))
    wrote = written(lesson)
    if wrote:
        put("")
        put_table(_written_table(lesson, wrote[:MOST_ROWS]))
        _put_more(len(wrote))
    if lesson.uncertain:
        put("")
        put("uncertain")
        for note in lesson.uncertain[:MOST_ROWS]:
            put(printable(f"  {note}"))
        _put_more(len(lesson.uncertain))
    put("")


def files_lines(lesson: Lesson, out: Path, files: Mapping[str, str]) -> list[str]:
    """Which files were made, and what each is for."""
    policies = sum(name.startswith(f"{POLICIES}/") for name in files)
    replays = [station for station in lesson.stations if station.replay is not None]
    served = "no values to replay"
    if replays:
        served = f"replays the values, at {_between([str(one.replay) for one in replays])}: port502 simulate"
    lines = [
        (INVENTORY, "who is there (and inventory.csv)"),
        (SITE, "polls the same values: port502 run"),
        (POLICY, "allows what was seen: port502 guard" + (f" (one for each server in {POLICIES}/)" * bool(policies))),
        (PLANT, served),
        (REPLAY_SITE, "polls the replays"),
    ]  # fmt: skip
    return [printable(f"{out / name}  {words}") for name, words in lines]


def _between(urls: Sequence[str]) -> str:
    return urls[0] if len(urls) == 1 else f"{urls[0]} to {urls[-1]}"


def _pairs(lesson: Lesson) -> list[tuple[str, Station, Learnt, list[Flow]]]:
    """Clients with the units that they talk to, each client's in the order of servers."""
    found = []
    for station, one in lesson.devices:
        by_client: dict[str, list[Flow]] = defaultdict(list)
        for flow in one.flows:
            by_client[flow.key.client].append(flow)
        found += [(client, station, one, flows) for client, flows in by_client.items()]
    return sorted(found, key=lambda row: row[0])


def _pairs_table(lesson: Lesson, rows: Iterable[tuple[str, Station, Learnt, list[Flow]]]) -> Table:
    made = table("client", "server", "unit", "reads", "every", "else", "likely", right=("unit",))
    for client, station, one, flows in rows:
        blocks = blocks_of(flows, one_sided=one.one_sided)
        likely = one.likely
        made.add_row(
            printable(_client(lesson, client)),
            printable(end_text(station.host, station.port)),
            str(one.unit.number),
            _ranges(blocks),
            _intervals(blocks),
            _others(flows),
            "" if likely is None else printable(f"{likely.map or likely.product} ({likely.confidence})"),
        )
    return made


def _written_table(lesson: Lesson, wrote: Iterable[Written]) -> Table:
    made = table(
        "written by", "server", "unit", "function", "place", "times", "values", right=("unit", "times")
    )
    for one in wrote:
        values = "" if one.lowest is None else f"{one.lowest}"
        if one.highest != one.lowest:
            values += f" to {one.highest}"
        made.add_row(
            printable(_client(lesson, one.client)),
            printable(end_text(one.server, one.port)),
            str(one.unit),
            one.function,
            one.place,
            str(one.times),
            values,
        )
    return made


def _client(lesson: Lesson, address: str) -> str:
    kind = lesson.clients.get(address, "").partition("-")[0]
    return f"{address} ({kind})" if kind else address


def _ranges(blocks: Sequence[Block]) -> str:
    shown = ", ".join(map(str, blocks[:MOST_RANGES]))
    return f"{shown} and {len(blocks) - MOST_RANGES} more" if len(blocks) > MOST_RANGES else shown


def _intervals(blocks: Iterable[Block]) -> str:
    known = sorted({block.interval for block in blocks})
    words = [duration_text(one) if one else "once" for one in known]
    return words[0] if len(words) == 1 else f"{words[0]} to {words[-1]}" if words else ""


def _others(flows: Iterable[Flow]) -> str:
    """Functions beside reads of tables."""
    codes = sorted({flow.key.function for flow in flows} - {1, 2, 3, 4})
    return ", ".join(function_name(code) for code in codes)


def _put_more(rows: int) -> None:
    if rows > MOST_ROWS:
        put(f"and {rows - MOST_ROWS} more: see {INVENTORY}")
