"""The server over TLS beside itself in plain: the same load on one core, the server on the other."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import NotMeasured
from bench.machine import cores
from bench.measure import Cell, Measurement, run_rounds
from bench.processes import Running, python, result
from bench.rows import Row

if TYPE_CHECKING:
    from bench.measure import Plan

CONNECTIONS = 8
DEPTH = 8
GROUP = "server over TLS, FC03 of 10 registers"


def measure(plan: Plan) -> tuple[list[Row], list[Cell]]:
    """Rates of the server in plain and over TLS, with eight requests in flight on eight connections."""
    with tempfile.TemporaryDirectory() as folder:
        _make_certificates(Path(folder))
        cell = Cell(
            f"{CONNECTIONS} connections, {DEPTH} in flight, TLS",
            {
                "plain": lambda: _under_load("tcp", folder, plan.seconds),
                "tls": lambda: _under_load("tls", folder, plan.seconds),
            },
        )
        run_rounds([cell], plan)
    mine = cell.of("tls")
    row = Row(
        GROUP,
        f"{DEPTH} in flight: rate against plain",
        cell.ratio("tls", "plain"),
        must=0.5,
        cpu=statistics.median(one.cpu for one in mine) if mine else None,
        why_not=cell.why_not("tls", "plain"),
    )
    return [row], [cell]


def _make_certificates(folder: Path) -> None:
    from port502.guard.pki import SiteAuthority

    site = SiteAuthority(folder)
    site.init()
    site.issue("server", hosts=["127.0.0.1"])
    site.issue("client", role="bench")


def _under_load(scheme: str, folder: str, seconds: float) -> Measurement:
    mine, others = cores()
    with Running(python("port502_secure_server", scheme, folder), mine) as server:
        load = python("secure_load", scheme, folder, server.port, CONNECTIONS, DEPTH, seconds, server.pid)
        told = result(load, others, 30 + 2 * seconds)
    if not told["requests"]:
        raise NotMeasured("no replies")
    return Measurement(told["requests"] / told["seconds"], told["cpu"] / told["requests"] * 1e6)
