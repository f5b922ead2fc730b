"""The guard on the command line, against a real device."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from port502.client import SyncClient
from port502.errors import IllegalFunctionError
from port502.guard.chain import records, verify
from tests.cli.conftest import Run
from tests.peers.ports import free_port

POLICY = """
default: deny
rules:
  - {name: reads, functions: [read], points: ["holding:0*3"]}
"""
WRITES = '  - {name: writes, functions: [write], points: ["holding:2"]}\n'


@contextlib.contextmanager
def started(*words: object, folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The program in a process of its own, and the url that it says it listens on."""
    command = [sys.executable, "-m", "port502", *map(str, words)]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        stream = process.stderr if "learn" in words else process.stdout
        line = stream.readline()
        assert "listening on " in line, line + process.stderr.read()
        yield process, line.split("listening on ")[1].split()[0].rstrip(":")
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(20)
        process.stdout.close()
        process.stderr.close()


@pytest.mark.slow
def test_a_guard_stands_before_a_device_and_reads_its_policy_again(device: str, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY)
    words = (
        "guard",
        "--listen",
        "tcp://127.0.0.1:0",
        "--upstream",
        device,
        "--policy",
        "policy.yaml",
        "--audit",
        "audit.jsonl",
    )
    with started(*words, folder=tmp_path) as (process, url), SyncClient(url) as client:
        assert process.stderr is not None
        before = client.read_holding_registers(0, 3)
        with pytest.raises(IllegalFunctionError):
            client.write_register(2, 99)
        (tmp_path / "policy.yaml").write_text(POLICY + "  - {functions: [reed]}\n")
        process.send_signal(signal.SIGHUP)
        assert "nothing was changed" in process.stderr.readline()
        assert client.read_holding_registers(0, 3) == before
        (tmp_path / "policy.yaml").write_text(POLICY + WRITES)
        process.send_signal(signal.SIGHUP)
        assert "2 rules are in force" in process.stderr.readline()
        client.write_register(2, 99)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert verify(tmp_path / "audit.jsonl").whole
    told = [(said["event"], said.get("after")) for said in records(tmp_path / "audit.jsonl")]
    assert told == [("refused", [99]), ("policy", None), ("new write", None), ("write", [99])]


@pytest.mark.slow
def test_a_dry_run_refuses_nothing(device: str, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY)
    words = (
        "guard",
        "--listen",
        "tcp://127.0.0.1:0",
        "--upstream",
        device,
        "--policy",
        "policy.yaml",
        "--dry-run",
        "--json",
    )
    command = [sys.executable, "-m", "port502", *words]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert '"policy": "policy.yaml"' in line
    with SyncClient(line.split('"')[3]) as client:
        client.write_register(2, 99)
        assert client.read_holding_registers(2) == [99]
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    process.stdout.close()


@pytest.mark.slow
def test_what_is_learned_live_allows_what_was_seen(device: str, tmp_path: Path, run: Run) -> None:
    words = ("guard", "learn", "--listen", "tcp://127.0.0.1:0", "--upstream", device, "--seen", "seen.jsonl")
    with started(*words, folder=tmp_path) as (process, url), SyncClient(url) as client:
        client.read_holding_registers(0, 3)
        client.write_register(2, 7)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert process.stdout is not None
        (tmp_path / "learned.yaml").write_text(process.stdout.read())
    assert run("check", "learned.yaml").code == 0
    asked = run("guard", "explain", "3", "0", "3", "--policy", "learned.yaml", "--json").json
    assert asked["action"] == "allow"
    again = run("guard", "learn", "seen.jsonl", "--values").out
    assert "values: {min: 7, max: 7}" in again
    assert run("guard", "learn", "seen.jsonl", "--json").json["requests"] == 2


def test_a_guard_needs_its_three_options(run: Run, tmp_path: Path) -> None:
    assert run("guard").code == 2
    assert run("guard", "--listen", "tcp://127.0.0.1:0").code == 2
    assert run("guard", "--listen", "tcp://x", "--upstream", "tcp://x", "--policy", "missing.yaml").code == 2
    (tmp_path / "policy.yaml").write_text(POLICY)
    serial = run("guard", "--listen", "rtu:///dev/x", "--upstream", "tcp://x", "--policy", "policy.yaml")
    assert (serial.code, "network address" in serial.err) == (2, True)


def test_learning_needs_something_to_learn_from(run: Run, tmp_path: Path) -> None:
    assert run("guard", "learn").code == 2
    assert run("guard", "learn", "missing.jsonl").code == 2
    assert run("guard", "learn", "--listen", "tls://x", "--upstream", "tcp://x").code == 2


def test_the_port_of_somebody_else_is_said_to_be_taken(device: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY)
    done = run(
        "guard", "--listen", device, "--upstream", f"tcp://127.0.0.1:{free_port()}", "--policy", "policy.yaml"
    )
    assert done.code == 3
