"""What stands between clients and a device, started for one measurement: ours, pymodbus's, and modbus-proxy."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import NotMeasured
from bench.machine import cores
from bench.measure import Measurement
from bench.native import ROOT, program
from bench.processes import Running, free_port, python, result

if TYPE_CHECKING:
    from collections.abc import Iterator

REGISTERS = 10
BAUD = 19_200
PERIOD = 0.5
"""Seconds between two requests of a modest client."""

PROXY = ROOT / ".cache" / "peers" / "modbus-proxy" / "bin" / "modbus-proxy"


@contextmanager
def direct() -> Iterator[Running]:
    """Nothing: a request goes from core to core to the device, as it does on its way to what stands between."""
    with Running(python("port502_server"), cores()[0]) as running:
        yield running


@contextmanager
def in_front(peer: str, *arguments: object) -> Iterator[Running]:
    """One of the bench's programs in front of a device."""
    mine, others = cores()
    with (
        Running(python("port502_server"), others) as behind,
        Running(python(peer, behind.port, *arguments), mine) as running,
    ):
        yield running


@contextmanager
def proxy() -> Iterator[Running]:
    """modbus-proxy in front of a device."""
    if not PROXY.exists():
        raise NotMeasured("no modbus-proxy (make peers)")
    mine, others = cores()
    port = free_port()
    with Running(python("port502_server"), others) as behind:
        command = [str(PROXY), "--bind", f"127.0.0.1:{port}", "--modbus", f"tcp://127.0.0.1:{behind.port}"]
        with Running(command, mine, port) as running:
            yield running


@contextmanager
def on_line(peer: str) -> Iterator[Running]:
    """A gateway in front of a serial line, as slow as its baud rate, with a slave on it."""
    mine, others = cores()
    with tempfile.TemporaryDirectory() as folder:
        end = Path(folder, "line")
        ours = peer == "port502_gateway"
        where = [f"rtu://{end}?baud={BAUD}&parity=N"] if ours else [end, BAUD]
        with (
            Running(python("serial_wire", end, BAUD), others),
            Running(python(peer, *where), mine) as running,
        ):
            yield running


def load(server: Running, connections: int, seconds: float) -> Measurement:
    """Clients that never stop, each with one request in flight."""
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


def modest(server: Running, clients: int, greed: int, seconds: float, seed: int) -> Measurement:
    """Clients that ask at times which the seed chooses, beside one with so many requests in flight."""
    command = python("modest_clients", server.port, clients, PERIOD, greed, REGISTERS, seconds, seed)
    told = result(command, cores()[1], 60 + 2 * seconds)
    return Measurement(told["requests"] / seconds, 0.0, told["p99"] * 1e3, {"p50": told["p50"] * 1e6})
