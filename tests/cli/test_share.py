"""A device's only connection shared from the command line."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from port502.client import SyncClient
from port502.errors import GatewayTargetError, IllegalFunctionError
from port502.guard.chain import records
from port502.site.build import load_site
from port502.site.running import Running
from tests.cli.conftest import Run
from tests.e2e.program import Program, port502
from tests.e2e.terminal import Terminal
from tests.peers.ports import free_port


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--cache", "soon"], "--cache"),
        (["--cache", "nonsense=5s"], "nonsense"),
        (["--cache", "holding:0*5=1s", "--cache", "holding:4=2s"], "two ages"),
        (["--pause", "5"], "--pause"),
        (["--client-timeout", "0"], "client_timeout"),
        (["--read-only", "--writers", "10.0.0.1"], "--writers"),
        (["--writers", "here"], "here"),
        (["--certificate", "none.pem"], "tls://"),
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_refused_before_anything_happens(
    run: Run, words: list[str], said: str
) -> None:
    done = run("share", "127.0.0.1:1", "--listen", "tcp://127.0.0.1:0", *words)
    assert done.code == 2
    assert said in done.err


@pytest.mark.slow
def test_a_device_is_shared_and_the_end_is_told(device: str) -> None:
    with Program("share", device, "--listen", "tcp://127.0.0.1:0", "--cache", "1m", "--json") as share:
        said = json.loads(share.line())
        assert said["target"] == device
        with SyncClient(said["listening"]) as one, SyncClient(said["listening"]) as other:
            assert one.read_holding_registers(0, 3) == [10, 20, 30]
            assert other.read_holding_registers(1, 1) == [20]
            one.write_register(1, 7)
            assert other.read_holding_registers(1, 1) == [7]
        code, rest = share.terminate(), share.rest()
        assert code == 0
    told = json.loads(rest)
    assert (told["requests"], told["device_requests"], told["cache_hits"]) == (4, 3, 1)
    assert told["state"] == "ready"
    assert len(told["clients"]) == 2


@pytest.mark.slow
def test_only_some_may_write(device: str) -> None:
    with Program("share", device, "--listen", "tcp://127.0.0.1:0", "--writers", "127.0.0.2") as share:
        url = share.line().removeprefix("listening on ")
        with SyncClient(url) as one, SyncClient(url, source="127.0.0.2") as other:
            with pytest.raises(IllegalFunctionError):
                one.write_register(0, 1)
            other.write_register(0, 1)
            assert one.read_holding_registers(0, 1) == [1]
        code, rest = share.terminate(), share.rest()
    assert code == 0
    assert "was shared: 3 requests of 2 clients" in rest


@pytest.mark.slow
def test_it_waits_for_a_device_that_is_not_there() -> None:
    words = ("share", f"127.0.0.1:{free_port()}", "--listen", "tcp://127.0.0.1:0", "--read-only")
    with Program(*words, "--let-go", "0") as share:
        url = share.line().removeprefix("listening on ")
        with SyncClient(url) as client, pytest.raises(GatewayTargetError):
            client.read_holding_registers(0, 1)
        assert share.terminate() == 0


@pytest.mark.slow
def test_a_connection_of_a_site_is_shared_with_its_settings(device: str, tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(
        f"site: hall\nconnections:\n  plc: {{url: '{device}', pause: 10ms}}\n"
        "devices:\n  boiler: {connection: plc, points: {speed: {ref: 'holding:0'}}}\n"
    )
    words = ("share", "@boiler", "--site", site, "--listen", "tcp://127.0.0.1:0", "--timeout", "2", "--json")
    with Program(*words) as share:
        with SyncClient(json.loads(share.line())["listening"]) as client:
            assert client.read_holding_registers(0, 1) == [10]
        assert share.terminate() == 0


@pytest.mark.slow
async def test_a_connection_that_a_running_site_has_is_left_to_it(device: str, tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(f"site: hall\nhistory: {{path: data}}\nconnections:\n  plc: {{url: '{device}'}}\n")
    async with Running(load_site(path)):
        done = await asyncio.to_thread(
            port502, "share", "@plc", "--site", path, "--listen", "tcp://127.0.0.1:0", code=2
        )
    assert "share: {connection: plc}" in done.stderr


def test_a_name_that_no_site_has(run: Run, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("site: hall\nconnections: {}\n")
    done = run("share", "@plc", "--listen", "tcp://127.0.0.1:0")
    assert done.code == 2
    assert "'plc'" in done.err
    done = run("share", "@plc", "--listen", "tcp://127.0.0.1:0", "--authority", "ca.pem")
    assert "leave --authority out" in done.err


@pytest.mark.slow
def test_a_terminal_shows_who_asks(device: str) -> None:
    port = free_port()
    words = ("share", device, "--listen", f"tcp://127.0.0.1:{port}", "--cache", "1m")
    with Terminal(*words, columns=120) as terminal:
        terminal.until("shared at")
        with SyncClient(f"tcp://127.0.0.1:{port}") as client:
            for _ in range(7):
                client.read_holding_registers(0, 3)
            terminal.until("6 from the cache")
            shown = terminal.until("127.0.0.1:")
        assert "ready" in shown
        terminal.type("\x03")
        terminal.until("was shared: 7 requests of 1 client cost the device 1;")


def test_it_ends_by_itself(run: Run, device: str) -> None:
    done = run("share", device, "--listen", "tcp://127.0.0.1:0", "--for", "0.05")
    assert done.code == 0
    first, last = done.out.splitlines()
    assert first.startswith("listening on tcp://127.0.0.1:")
    assert "0 requests" in last


@pytest.mark.slow
def test_a_policy_judges_and_both_sides_are_recorded(tmp_path: Path, device: str) -> None:
    policy, log, capture = (tmp_path / name for name in ("policy.yaml", "audit.jsonl", "both.pcap"))
    policy.write_text("default: deny\nrules: [{functions: [read], points: ['holding:0*2']}]\n")
    words = ["--listen", "tcp://127.0.0.1:0", "--policy", str(policy), "--audit", str(log)]
    with Program("share", device, *words, "--record", str(capture), "--json") as share:
        with SyncClient(json.loads(share.line())["listening"]) as client:
            assert client.read_holding_registers(0, 2) == [10, 20]
            for refused in (lambda: client.read_holding_registers(2), lambda: client.write_register(0, 1)):
                with pytest.raises(IllegalFunctionError):
                    refused()
        assert share.terminate() == 0
        told = json.loads(share.rest())
    assert told["device_requests"] == 1
    assert [said["event"] for said in records(log)] == ["refused", "refused"]
    data = capture.read_bytes()
    assert data.count(bytes.fromhex("0006 01 03 0000 0002")) == 2  # to us, and to the device
    assert data.count(bytes.fromhex("0006 01 06 0000 0001")) == 1  # to us only
