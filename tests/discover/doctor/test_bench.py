"""Every finding is produced for real, and is the verdict, and no other."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from port502.discover.doctor.examine import examine
from port502.discover.doctor.findings import FINDINGS
from port502.discover.doctor.question import Question
from port502.discover.doctor.report import Report
from tests.discover.doctor.bench.networks import duplicate
from tests.discover.doctor.bench.scenario import LOOPBACK, NETWORKED, Scenario, scenarios
from tests.peers import need_program
from tests.peers.namespaces import Host, plant

ALL = list(scenarios())
BY_NAME = "NAME.MANY"


def test_every_finding_has_a_scenario() -> None:
    assert {one.code for one in ALL} == set(FINDINGS)
    assert len({one.id for one in ALL}) == len(ALL)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", LOOPBACK, ids=lambda one: one.id)
async def test_the_finding_is_the_verdict(scenario: Scenario, tmp_path: Path) -> None:
    assert scenario.loopback is not None
    async with scenario.loopback(tmp_path) as question:
        report = await examine(question)
    told = "\n".join(f"{one.signal}: {one.value}" for one in report.verdict.main.signals)
    steps = "\n".join(f"{one.name}: {one.result}" for one in report.steps)
    assert report.verdict.main.code == scenario.code, f"{report.verdict.main.sentence}\n{told}\n{steps}"
    assert [one.code for one in report.verdict.further] == []
    assert "{" not in report.verdict.main.sentence + report.verdict.main.fix


@pytest.fixture(scope="module")
def hosts() -> Iterator[dict[str, Host]]:
    """The plant; the machines in it send as many ICMP messages as they like."""
    need_program("nft", "Debian package nftables")
    with plant() as hosts:
        for host in hosts.values():
            host.run("sh", "-c", "echo 0 >/proc/sys/net/ipv4/icmp_ratelimit")
        yield hosts


def looked(host: Host, question: Question) -> Report:
    """What the doctor finds from a host."""
    return host.does(lambda: asyncio.run(examine(question)))


@pytest.mark.slow
@pytest.mark.interop
@pytest.mark.parametrize("scenario", NETWORKED, ids=lambda one: one.id)
def test_the_finding_is_the_verdict_on_real_networks(scenario: Scenario, hosts: dict[str, Host]) -> None:
    assert scenario.networked is not None
    scada = hosts["scada"]
    scada.run("ip", "neigh", "flush", "all", check=False)
    with scenario.networked(hosts) as question:
        if scenario.code == BY_NAME:
            words = (sys.executable, "-m", "port502", "doctor", question.target.host, "--json")
            told: Any = json.loads(scada.run(*words, check=False))
            assert told["finding"] == scenario.code, told
            return
        report = looked(scada, question)
    main = report.verdict.main
    seen = "\n".join(f"{one.signal}: {one.value}" for one in main.signals)
    steps = "\n".join(f"{one.name}: {one.result}" for one in report.steps)
    assert main.code == scenario.code, f"{main.sentence}\n{seen}\n{steps}"
    assert [one.code for one in report.verdict.further] == []


@pytest.mark.slow
@pytest.mark.interop
def test_without_the_right_two_devices_with_one_address_are_not_claimed_to_be_one(
    hosts: dict[str, Host],
) -> None:
    need_program("setpriv", "Debian package util-linux")
    scada = hosts["scada"]
    without = ("setpriv", "--inh-caps=-net_raw", "--bounding-set=-net_raw")
    with duplicate(hosts):
        words = (*without, sys.executable, "-m", "port502", "doctor", "10.50.1.11", "--json")
        told: Any = json.loads(scada.run(*words, check=False))
    assert told["finding"] != "L2.DUPLICATE"
    assert {"what": "duplicate address", "why": "needs CAP_NET_RAW (run as root to have it tested)"} in told[
        "not_tested"
    ]
