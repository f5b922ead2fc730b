"""Gateway and concentrator: what they add to a request, how much of a wire they use, what a device is spared."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import NotMeasured
from bench.machine import cores
from bench.measure import Cell, Measurement, run_rounds
from bench.native import program
from bench.peers.serial_wire import transaction
from bench.processes import Running, python, result
from bench.rows import Row

if TYPE_CHECKING:
    from bench.measure import Plan

GROUP = "gateway, FC03 of 10 registers"
REGISTERS = 10
BAUD = 19_200
SATURATING = 4
CLIENTS = 20

DIRECT, GATEWAY, WIRE, ALONE, TOGETHER = "direct", "gateway", "serial line", "1 client", f"{CLIENTS} clients"


def measure(plan: Plan) -> tuple[list[Row], list[Cell]]:
    """Latency from TCP to TCP, a serial line with saturating clients, and a shared device."""
    parts = [_latency(plan), _wire(plan), _shared(plan)]
    return [row for row, _ in parts], [cell for _, cell in parts]


def _latency(plan: Plan) -> tuple[Row, Cell]:
    cell = Cell(
        "1 connection, 1 in flight, gateway",
        {DIRECT: lambda: _direct(plan.seconds), GATEWAY: lambda: _through(plan.seconds)},
    )
    run_rounds([cell], plan, rounds=min(plan.rounds, 7))
    pairs = [one for one in cell.rounds if GATEWAY in one and DIRECT in one]
    ratios = [one[GATEWAY].extra["p50"] / one[DIRECT].extra["p50"] for one in pairs]
    what = "TCP to TCP: a request against a direct one (median request)"
    row = Row(GROUP, what, ratios, must=2.5, at_most=True, why_not=cell.why_not(GATEWAY, DIRECT))
    return row, cell


def _wire(plan: Plan) -> tuple[Row, Cell]:
    name = f"{SATURATING} clients on a line of {BAUD:,} Bd"
    cell = Cell(name, {WIRE: lambda: _on_line(max(plan.seconds, 2.0))})
    run_rounds([cell], plan, rounds=min(plan.rounds, 5))
    best = transaction(REGISTERS, BAUD)
    used = [one[WIRE].rate * best for one in cell.rounds if WIRE in one]
    what = f"{SATURATING} saturating clients, {BAUD:,} Bd: of what the wire can carry"
    return Row(GROUP, what, used, must=0.95, why_not=cell.why_not(WIRE)), cell


def _shared(plan: Plan) -> tuple[Row, Cell]:
    cell = Cell(
        "one device behind the concentrator",
        {ALONE: lambda: _sharing(1, plan.seconds), TOGETHER: lambda: _sharing(CLIENTS, plan.seconds)},
    )
    run_rounds([cell], plan, rounds=min(plan.rounds, 5))
    pairs = [one for one in cell.rounds if ALONE in one and TOGETHER in one]
    ratios = [one[TOGETHER].extra["device"] / one[ALONE].extra["device"] for one in pairs]
    what = f"concentrator, {CLIENTS} clients that never stop: the device's load against that of one"
    return Row(GROUP, what, ratios, must=1.1, at_most=True, why_not=cell.why_not(ALONE, TOGETHER)), cell


def _direct(seconds: float) -> Measurement:
    """The device on a core of its own: a request goes from core to core, as it does on its way to the gateway."""
    with Running(python("port502_server"), cores()[0]) as server:
        return _under_load(server, 1, seconds)


def _through(seconds: float) -> Measurement:
    mine, others = cores()
    with (
        Running(python("port502_server"), others) as device,
        Running(python("port502_gateway", device.port), mine) as gateway,
    ):
        return _under_load(gateway, 1, seconds)


def _on_line(seconds: float) -> Measurement:
    mine, others = cores()
    with tempfile.TemporaryDirectory() as folder:
        end = Path(folder, "line")
        url = f"rtu://{end}?baud={BAUD}&parity=N"
        with (
            Running(python("serial_wire", end, BAUD), others),
            Running(python("port502_gateway", url), mine) as gateway,
        ):
            return _under_load(gateway, SATURATING, seconds)


def _sharing(clients: int, seconds: float) -> Measurement:
    mine, others = cores()
    with tempfile.TemporaryDirectory() as folder, Running(python("port502_server"), others) as device:
        told = Path(folder, "told")
        with Running(python("port502_share", device.port, told), mine) as share:
            found = _under_load(share, clients, seconds)
        asked = int(told.read_text())
    return Measurement(found.rate, found.cpu, found.p99, {**found.extra, "device": asked / seconds})


def _under_load(server: Running, connections: int, seconds: float) -> Measurement:
    arguments = ["127.0.0.1", server.port, connections, 1, REGISTERS, seconds, server.pid]
    told = result([program("load"), *map(str, arguments)], cores()[1], 30 + 2 * seconds)
    if told["faults"] or not told["requests"]:
        raise NotMeasured(f"{told['faults']} wrong replies of {told['requests']}")
    return Measurement(
        told["requests"] / told["seconds"],
        told["cpu"] / told["requests"] * 1e6,
        told["p99"] / 1e3,
        {"p50": told["p50"]},
    )
