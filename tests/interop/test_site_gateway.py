"""A site as a gateway between programs that nobody here wrote, which polls the same line itself."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from port502.client import SyncClient
from port502.errors import GatewayTargetError, IllegalFunctionError
from port502.history import History
from tests.e2e.program import Program, port502
from tests.interop.test_gateway import SLAVES, hall, together
from tests.peers import known, libmodbus, mbpoll, pymodbus_peer, socat
from tests.peers.party_line import PartyLine
from tests.peers.ports import free_port

__all__ = ["hall"]

pytestmark = pytest.mark.interop

SITE = """
site: hall
history: {{path: data}}
connections:
  hall-bus: {{url: "rtu://{line}?baud=19200&parity=N", response_timeout: 500ms, retries: 1}}
  plc: {{url: "tcp://127.0.0.1:{plc}", response_timeout: 2s}}
devices:
  meter-3:
    connection: hall-bus
    unit: 3
    interval: 200ms
    points: {{value: {{ref: "holding:5"}}, on: {{ref: "coil:3"}}}}
  meter-5: {{connection: hall-bus, unit: 5, interval: 200ms, points: {{value: {{ref: "input:7"}}}}}}
listeners:
  hall:
    url: tcp://127.0.0.1:{port}
    policy: policy.yaml
    gateway: [{{units: 1-16, bus: hall-bus}}, {{units: 17, bus: plc, offset: -16}}]
  yard-master:
    url: "rtu://{master}?baud=19200&parity=N"
    gateway: [{{units: 1-4, bus: plc}}, {{units: 10, bus: hall-bus, offset: -8}}]
    client_timeout: 3s
"""
POLICY = """
default: deny
rules:
  - {name: reads, functions: [read]}
  - {name: writes, functions: [write], units: [4]}
"""


class Site:
    """A running site file, its port, and the end of the line for a serial master."""

    def __init__(self, folder: Path, program: Program, port: int, master: str) -> None:
        self.folder = folder
        self.program = program
        self.port = port
        self.master = master

    def status(self) -> Any:
        return json.loads(port502("status", "site.yaml", "--json", cwd=self.folder, code=0).stdout)


@pytest.fixture
def site(hall: PartyLine, tmp_path: Path) -> Iterator[Site]:
    with contextlib.ExitStack() as running:
        near, far = running.enter_context(socat.line(tmp_path))
        plc = running.enter_context(pymodbus_peer.server())
        port = free_port()
        (tmp_path / "policy.yaml").write_text(POLICY)
        text = SITE.format(line=hall.ends[0], plc=plc, port=port, master=near)
        (tmp_path / "site.yaml").write_text(text)
        program = running.enter_context(Program("run", "site.yaml", cwd=tmp_path))
        assert program.line() == f"listening on tcp://127.0.0.1:{port} (hall)"
        yield Site(tmp_path, program, port, far)


def test_clients_of_all_kinds_and_the_polling_share_one_line(site: Site) -> None:
    def by_mbpoll() -> None:
        for _ in range(3):
            poll = mbpoll.tcp(site.port, mbpoll.HOLDING_REGISTERS, 0, 20, unit=2)
            assert [int(value) for value in poll.values.values()] == known.HOLDING_REGISTERS[:20], poll.output

    def by_pymodbus() -> None:
        with pymodbus_peer.client(site.port) as client:
            for unit in (*SLAVES, 17) * 5:
                read = client.read_holding_registers(5, count=100, device_id=unit)
                assert read.registers == known.HOLDING_REGISTERS[5:105]

    def by_libmodbus() -> None:
        with libmodbus.Client.tcp(site.port, unit=3) as client:
            for _ in range(20):
                assert client.read_coils(3, 500) == known.COILS[3:503]

    def by_serial_master() -> None:
        with libmodbus.Client.rtu(site.master, unit=1, seconds=3.0) as master:
            for _ in range(20):
                assert master.read_holding_registers(0, 20) == known.HOLDING_REGISTERS[:20]
        with libmodbus.Client.rtu(site.master, unit=10, seconds=3.0) as master:  # unit 2 of the other line
            for _ in range(20):
                assert master.read_input_registers(0, 20) == known.INPUT_REGISTERS[:20]

    together(by_mbpoll, by_pymodbus, by_libmodbus, by_serial_master)
    told = site.status()
    line, plc = told["lines"]
    assert (line["name"], line["state"], line["no_answer"]) == ("hall-bus", "open", 0)
    assert not any(number for what, number in line["discarded"].items() if what != "noise")
    assert {unit["unit"] for unit in line["units"]} == set(SLAVES)
    assert all(
        unit["learned"] and unit["timeout_ms"] <= 500 for unit in line["units"] if unit["replies"] >= 16
    )
    assert plc["replies"] >= 25
    hall_listener, master = told["listeners"]
    assert hall_listener["answers"] == master["answers"] == "gateway"
    assert hall_listener["requests"] == 48
    assert [connection["connects"] for connection in told["collector"]["connections"]] == [1, 1]
    assert site.program.terminate() == 0
    kept = list(History(site.folder / "data" / "history.sqlite").query(["meter-*"]))
    assert {sample.quality for sample in kept if sample.value is not None} == {"good"}
    assert {sample.value for sample in kept if sample.point == "meter-3.value"} <= {
        known.HOLDING_REGISTERS[5],
        None,
    }


def test_the_policy_stands_before_the_line_and_a_dead_unit_costs_nobody(site: Site) -> None:
    with SyncClient(f"tcp://127.0.0.1:{site.port}", response_timeout=5.0) as client:
        client.write_register(0, 77, unit=4)
        assert client.read_holding_registers(0, unit=4) == [77]
        with pytest.raises(IllegalFunctionError):
            client.write_register(0, 78, unit=5)
        for _ in range(4):
            with pytest.raises(GatewayTargetError):
                client.read_holding_registers(0, unit=9)
        assert client.read_holding_registers(0, unit=2) == known.HOLDING_REGISTERS[:1]
    told = site.status()
    [dead] = [unit for unit in told["lines"][0]["units"] if unit["unit"] == 9]
    assert dead["state"] == "dead"
    # A slave of libmodbus that heard a request to another waits for that one's answer, and misses what comes instead.
    assert told["collector"]["connections"][0]["timeouts"] <= 3
    assert told["collector"]["connections"][0]["failures"] == told["collector"]["bad"] == 0
    assert told["listeners"][0]["refused"] == 1
