"""A gateway from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from port502.cli.gateway import plans_of_buses, routes_of
from port502.client import SyncClient
from port502.errors import GatewayPathUnavailableError, IllegalFunctionError
from port502.gateway.routing import Route
from port502.guard.chain import records
from port502.service.device import Device
from tests.cli.conftest import Run
from tests.cli.served import served
from tests.e2e.program import Program
from tests.e2e.terminal import Terminal
from tests.peers.ports import free_port


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--bus", "rtu:///dev/x", "--bus", "rtu:///dev/y"], "--units"),
        (["--bus", "rtu:///dev/x", "--units", "0-3"], "1-255"),
        (["--bus", "rtu:///dev/x", "--bus", "rtu:///dev/x", "--units", "1", "--units", "2"], "same name"),
        (["--bus", "udp://x"], "udp"),
        (["--bus", "rtu:///dev/x", "--first", "here"], "here"),
        (["--bus", "rtu:///dev/x", "--record", "nowhere/a.pcap"], "cannot record"),
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_refused_before_anything_happens(
    run: Run, words: list[str], said: str
) -> None:
    done = run("gateway", "--listen", "tcp://127.0.0.1:0", *words)
    assert done.code == 2
    assert said in done.err


def test_each_bus_has_its_units_in_turn() -> None:
    assert routes_of(["rtu:///dev/x"], []) == (Route(1, 247, "rtu:///dev/x"),)
    assert routes_of(["rtu:///dev/x?baud=9600", "tcp://plc"], ["1-16", "17-32=1-16"]) == (
        Route(1, 16, "rtu:///dev/x"),
        Route(17, 32, "tcp://plc:502", -16),
    )


def test_a_time_out_bounds_serial_and_tcp_units() -> None:
    [serial, remote] = plans_of_buses(["rtu:///dev/x", "tcp://plc"], 0.3, None, echo=True, rs485=True)
    assert (serial.settings.patience.maximum, remote.within) == (0.3, 0.3)
    assert serial.line.echo
    assert (serial.url, remote.url) == ("rtu:///dev/x?rs485=try", "tcp://plc")


@pytest.mark.slow
def test_units_are_read_through_it_and_the_end_is_told(tmp_path: Path, device: str) -> None:
    capture = tmp_path / "both.pcap"
    words = ["--bus", device, "--units", "5=1", "--record", str(capture), "--json"]
    with Program("gateway", "--listen", "tcp://127.0.0.1:0", *words) as program:
        said = json.loads(program.line())
        with SyncClient(said["listening"], unit=5) as client:
            assert client.read_holding_registers(0, 3) == [10, 20, 30]
            with pytest.raises(GatewayPathUnavailableError):
                client.read_holding_registers(0, unit=6)
        assert program.terminate() == 0
        told = json.loads(program.rest())
    assert told["buses"][0]["replies"] == 1
    assert (told["unmapped"], told["clients"][0]["requests"]) == (1, 2)
    assert bytes.fromhex("05 03 0000 0003") in capture.read_bytes()


@pytest.mark.slow
def test_it_says_where_it_listens_and_what_it_came_to() -> None:
    with (
        served(Device(holding={0: [1]})) as url,
        Program("gateway", "--listen", "tcp://127.0.0.1:0", "--bus", url) as program,
    ):
        assert program.line().startswith("listening on tcp://127.0.0.1:")
        assert program.terminate() == 0
        assert "the gateway ended after" in program.rest()


@pytest.mark.slow
def test_a_policy_judges_before_the_line(tmp_path: Path, device: str) -> None:
    policy, log = tmp_path / "policy.yaml", tmp_path / "audit.jsonl"
    policy.write_text("default: deny\nrules: [{functions: [read], units: [5]}]\n")
    words = ["--bus", device, "--units", "5=1", "--policy", str(policy), "--audit", str(log), "--json"]
    with Program("gateway", "--listen", "tcp://127.0.0.1:0", *words) as program:
        with SyncClient(json.loads(program.line())["listening"], unit=5) as client:
            assert client.read_holding_registers(0, 2)
            with pytest.raises(IllegalFunctionError):
                client.write_register(0, 1)
        assert program.terminate() == 0
        [bus] = json.loads(program.rest())["buses"]
    assert bus["requests"] == 1
    assert [said["event"] for said in records(log)] == ["refused"]


@pytest.mark.slow
def test_a_table_shows_the_bus_and_who_asks(device: str) -> None:
    port = free_port()
    words = ["gateway", "--listen", f"tcp://127.0.0.1:{port}", "--bus", device, "--units", "5=1"]
    with Terminal(*words, columns=140) as terminal:
        terminal.until("listening on")
        with SyncClient(f"tcp://127.0.0.1:{port}", unit=5) as client:
            for _ in range(7):
                client.read_holding_registers(0, 3)
            shown = terminal.until("writes")
        assert "open" in shown
        terminal.type("\x03")
        assert "7 requests of 1 client to 1 bus, 7 answered" in terminal.until("could not be")
