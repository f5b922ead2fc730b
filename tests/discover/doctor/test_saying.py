"""What each step brought, in a few words."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface

import pytest

from port502.discover.doctor.evidence import (
    DeepSeen,
    Evidence,
    NameSeen,
    OpeningSeen,
    ReadSeen,
    RouteSeen,
    SettleTried,
    Stability,
    ValuesSeen,
)
from port502.discover.doctor.examine import STAGES
from port502.discover.doctor.exchange import Answer
from port502.discover.doctor.saying import said
from port502.registers.reference import Table, parse_reference
from port502.transport.probe.interfaces import Interface
from port502.transport.probe.routes import Route
from tests.discover.doctor.cases import attempted, evidence, exchange, question, refused

ETH = Interface("eth0", 2)
OWN = ip_interface("192.168.1.5/24")


@pytest.mark.parametrize(
    ("step", "seen", "words"),
    [
        ("name", evidence(name=NameSeen("plc", error="unknown")), "unknown"),
        ("name", evidence(), "192.168.1.10"),
        (
            "route",
            evidence(route=RouteSeen(Route(ETH, None, OWN))),
            "on the same network, eth0 from 192.168.1.5/24",
        ),
        (
            "route",
            evidence(route=RouteSeen(Route(ETH, ip_address("10.0.0.1"), None))),
            "through 10.0.0.1, eth0",
        ),
        ("route", evidence(route=RouteSeen(None, "unreachable")), "unreachable"),
        ("route", evidence(), "not told by this system"),
        ("connect", evidence(), "192.168.1.10:502: open after 1.0 ms"),
        ("opening", evidence(opening=OpeningSeen()), "stays open, quiet"),
        ("opening", evidence(opening=OpeningSeen(ending="closed", after=0.002)), "closed after 2.0 ms"),
        ("opening", evidence(opening=OpeningSeen(said=b"abc")), "it sent 3 bytes unasked"),
        ("opening", evidence(opening=OpeningSeen(tls_fault="x", tls_error="expired")), "expired"),
        ("modbus", evidence(first=exchange()), "unit 1, read holding registers: reply after 10.0 ms"),
        ("units", evidence(units=(refused(0x0B, unit=2), exchange(unit=3))), "2: exception 0B; 3: reply"),
        ("functions", evidence(functions=(exchange(),)), "03: reply"),
        ("silence", evidence(settle=(SettleTried(0.5, exchange()),)), "pause 0.5 s: reply"),
        (
            "silence",
            evidence(hung=(attempted(),), rtu_reply=b"x"),
            "more connections: open; an RTU frame is answered",
        ),
        (
            "addresses",
            evidence(reads=(ReadSeen(parse_reference("40001"), refused(2)),)),
            "40001: exception 02",
        ),
        (
            "values",
            evidence(values=ValuesSeen(block_table=Table.INPUT, block=(1, 2))),
            "input:0 on: 0001 0002",
        ),
        (
            "stability",
            evidence(stability=Stability((exchange(),), (0.01,))),
            "1 of 1 reads answered, median 10.0 ms",
        ),
        ("stability", evidence(stability=Stability((exchange(Answer.SILENT),))), "none of 1 reads"),
        ("deep", evidence(deep=DeepSeen(idle_waited=5, idle_ending="closed")), "idle for 5 s: closed"),
        (
            "deep",
            evidence(deep=DeepSeen(connections=1, evicted=True, pipelined=2)),
            "a second one ends the first",
        ),
    ],
)
def test_the_words_of_each_step(step: str, seen: Evidence, words: str) -> None:
    assert words in said(step, seen, seen)


def test_a_step_that_had_nothing_to_do_says_nothing() -> None:
    empty = Evidence(question())
    assert [said(stage.name, empty, empty) for stage in STAGES] == [""] * len(STAGES)
