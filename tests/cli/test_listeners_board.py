"""The tables about the listeners of a site."""

from __future__ import annotations

from dataclasses import replace

from rich.console import Console

from port502.cli.listeners_board import MOST_CALLERS, listeners_tables
from port502.collect.status import CollectorStatus
from port502.gateway.cache import CacheCounters
from port502.gateway.joining import JoiningCounters
from port502.gateway.share import ShareStatus
from port502.gateway.shared import SharedCounters
from port502.site.status import CallerStatus, HistoryStatus, ListenerStatus, SiteStatus
from port502.transport.upstream import UpstreamCounters
from tests.cli.test_gateway_board import bus

SHARE = ShareStatus(
    "tcp://10.0.0.5:502", "backing off", 2, 3, 0.02, 0.05, "refused", 90, 4, JoiningCounters(joined=40),
    CacheCounters(hits=30), SharedCounters(requests=20, gone=7), UpstreamCounters(), (),
)  # fmt: skip
CALLERS = tuple(CallerStatus(f"10.0.0.{n}:1", 100 - n, n, 0, 1.5) for n in range(9))
SITE = SiteStatus(
    "yard", "site.yaml", 1, CollectorStatus(1.0, *[0] * 9), HistoryStatus("h"),
    (
        ListenerStatus(
            "hall", "tcp://127.0.0.1:1", 9, 2, answers="gateway", requests=855, per_second=13.5,
            callers=CALLERS, routes=("1-16 → yard",), unmapped=3, locked="fire",
        ),
        ListenerStatus("shared", "tcp://127.0.0.1:2", answers="share", requests=90, share=SHARE),
    ),
    (), (bus(per_second=8.0, load=0.42),),
)  # fmt: skip


def shown(status: SiteStatus) -> str:
    out = Console(width=160)
    with out.capture() as capture:
        for part in listeners_tables(status):
            out.print(part)
    return capture.get()


def test_listeners_clients_shares_and_lines_are_told() -> None:
    lines = [" ".join(line.split()) for line in shown(SITE).splitlines()]
    assert (
        "hall gateway tcp://127.0.0.1:1 9 855 13.5 2 writes stopped: fire 1-16 → yard 3 to no unit of ours"
        in lines
    )
    assert "10.0.0.1:1 99 1.5 1 writes" in lines
    assert sum(line.startswith("10.0.0.") for line in lines) == MOST_CALLERS
    assert "shared backing off 20 40 30 20 ms 50 ms 3 7 device gone" in lines
    assert any(line.startswith("yard rtu:///dev/yard open 1,000 8.0 42% 4") for line in lines)
    assert any(line.startswith("2 dead") for line in lines)


def test_a_site_without_listeners_has_no_tables() -> None:
    assert shown(replace(SITE, listeners=(), lines=())) == ""
