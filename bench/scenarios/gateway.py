"""Gateway and concentrator: what they add to a request, how much of a wire they use, what a device is spared."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.measure import Cell, Measurement, run_rounds
from bench.peers.serial_wire import transaction
from bench.rows import Row
from bench.standing import BAUD, REGISTERS, direct, in_front, load, modest, on_line, proxy

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from bench.measure import Plan
    from bench.processes import Running

GROUP = "gateway, FC03 of 10 registers"
SATURATING = 4
CLIENTS = 20
MODEST, GREED = 9, 24

DIRECT, OURS, PYMODBUS, PROXY = "direct", "port502", "pymodbus", "modbus-proxy"
ALONE, TOGETHER = "1 client", f"{CLIENTS} clients"
AMONG_THEMSELVES, BESIDE = "among themselves", "beside a greedy one"


def measure(plan: Plan) -> tuple[list[Row], list[Cell]]:
    """Latency from TCP to TCP, a serial line with saturating and with greedy clients, and a shared device."""
    parts = [_latency(plan), _wire(plan), _fairness(plan), _spared(plan), _sharing(plan)]
    return [row for rows, _ in parts for row in rows], [cell for _, cell in parts]


def _latency(plan: Plan) -> tuple[list[Row], Cell]:
    cell = Cell(
        "1 connection, 1 in flight, gateway",
        {
            DIRECT: _under_load(direct, 1, plan.seconds),
            OURS: _under_load(lambda: in_front("port502_gateway"), 1, plan.seconds),
            PYMODBUS: _under_load(lambda: in_front("pymodbus_gateway"), 1, plan.seconds),
            PROXY: _under_load(proxy, 1, plan.seconds),
        },
    )
    run_rounds([cell], plan, rounds=min(plan.rounds, 7))
    what = "TCP to TCP: a request against a direct one (median request)"
    rows = [
        Row(
            GROUP,
            what,
            _medians(cell, OURS, DIRECT),
            must=2.5,
            at_most=True,
            why_not=cell.why_not(OURS, DIRECT),
        )
    ]
    for peer in (PYMODBUS, PROXY):
        what = f"TCP to TCP: a request through {peer} against one through port502"
        rows.append(Row(GROUP, what, _medians(cell, peer, OURS), why_not=cell.why_not(peer, OURS)))
    return rows, cell


def _medians(cell: Cell, one: str, other: str) -> list[float]:
    """How long the median request takes with one, against the other."""
    pairs = [round_ for round_ in cell.rounds if one in round_ and other in round_]
    return [round_[one].extra["p50"] / round_[other].extra["p50"] for round_ in pairs]


def _wire(plan: Plan) -> tuple[list[Row], Cell]:
    name = f"{SATURATING} clients on a line of {BAUD:,} Bd"
    seconds = max(plan.seconds, 2.0)
    cell = Cell(
        name,
        {
            OURS: _under_load(lambda: on_line("port502_gateway"), SATURATING, seconds),
            PYMODBUS: _under_load(lambda: on_line("pymodbus_gateway"), SATURATING, seconds),
        },
    )
    run_rounds([cell], plan, rounds=min(plan.rounds, 5))
    best = transaction(REGISTERS, BAUD)
    what = f"{SATURATING} saturating clients, {BAUD:,} Bd: of what the wire can carry"
    rows = []
    for contestant, must in ((OURS, 0.95), (PYMODBUS, None)):
        used = [measured.rate * best for measured in cell.of(contestant)]
        told = what if contestant == OURS else f"{what} ({contestant}, which leaves out a silent interval)"
        rows.append(Row(GROUP, told, used, must=must, why_not=cell.why_not(contestant)))
    return rows, cell


def _fairness(plan: Plan) -> tuple[list[Row], Cell]:
    seconds = max(4 * plan.seconds, 3.0)
    cell = Cell(f"{MODEST} modest clients on a line of {BAUD:,} Bd", {})

    def waiting(greed: int) -> Measurement:
        with on_line("port502_gateway") as gateway:
            return modest(gateway, MODEST, greed, seconds, len(cell.rounds))

    cell.contestants.update({AMONG_THEMSELVES: lambda: waiting(0), BESIDE: lambda: waiting(GREED)})
    run_rounds([cell], plan, rounds=min(plan.rounds, 5))
    pairs = [round_ for round_ in cell.rounds if AMONG_THEMSELVES in round_ and BESIDE in round_]
    times = 1e3 * transaction(REGISTERS, BAUD)
    grown = [((one[BESIDE].p99 or 0.0) - (one[AMONG_THEMSELVES].p99 or 0.0)) / times for one in pairs]
    what = f"{MODEST} modest clients beside a greedy one: growth of their p99, in transaction times"
    why_not = cell.why_not(AMONG_THEMSELVES, BESIDE)
    return [Row(GROUP, what, grown, must=1.0, at_most=True, why_not=why_not)], cell


def _spared(plan: Plan) -> tuple[list[Row], Cell]:
    cell = Cell(
        "one device behind the concentrator",
        {ALONE: lambda: _asked(1, plan.seconds), TOGETHER: lambda: _asked(CLIENTS, plan.seconds)},
    )
    run_rounds([cell], plan, rounds=min(plan.rounds, 5))
    pairs = [one for one in cell.rounds if ALONE in one and TOGETHER in one]
    ratios = [one[TOGETHER].extra["device"] / one[ALONE].extra["device"] for one in pairs]
    what = f"concentrator, {CLIENTS} clients that never stop: the device's load against that of one"
    return [Row(GROUP, what, ratios, must=1.1, at_most=True, why_not=cell.why_not(ALONE, TOGETHER))], cell


def _sharing(plan: Plan) -> tuple[list[Row], Cell]:
    def shared() -> Measurement:
        return _asked(CLIENTS, plan.seconds)

    cell = Cell(
        f"{CLIENTS} clients, one device behind a concentrator",
        {OURS: shared, PROXY: _under_load(proxy, CLIENTS, plan.seconds)},
    )
    run_rounds([cell], plan, rounds=min(plan.rounds, 5))
    what = f"concentrator, {CLIENTS} clients that never stop: rate against modbus-proxy's"
    ratios = cell.ratio(OURS, PROXY)
    return [
        Row(GROUP, what, ratios, by_cpu=cell.cpu_ratio(PROXY, OURS), why_not=cell.why_not(OURS, PROXY))
    ], cell


def _asked(clients: int, seconds: float) -> Measurement:
    """What clients get from the concentrator; ``device`` is how often the device was asked in a second."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder, "told")
        with in_front("port502_share", told) as share:
            found = load(share, clients, seconds)
        asked = int(told.read_text())
    return Measurement(found.rate, found.cpu, found.p99, {**found.extra, "device": asked / seconds})


def _under_load(
    standing: Callable[[], AbstractContextManager[Running]], connections: int, seconds: float
) -> Callable[[], Measurement]:
    def measured() -> Measurement:
        with standing() as server:
            return load(server, connections, seconds)

    return measured
