"""The guard on the command line, against a real device."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from port502.cli.guard import long_frames_of
from port502.client import SyncClient
from port502.errors import DeviceError, IllegalFunctionError, LinkError
from port502.guard.chain import records, verify
from port502.guard.pki import SiteAuthority
from port502.protocol.codes import GATEWAY_PATH_UNAVAILABLE, GATEWAY_TARGET_FAILED
from tests.cli.conftest import Run
from tests.peers.ports import free_port
from tests.traffic.files import polling, write

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


@pytest.mark.parametrize(
    "text", ["90", "10.0.0.5", "10.0.0.5=x", "10.0.0.5=3", "10.0.0.5=90:900", "there=90"]
)
def test_a_long_frame_needs_peer_and_function(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY)
    places = ("--listen", "tcp://127.0.0.1:0", "--upstream", "tcp://127.0.0.1:1", "--policy", "policy.yaml")
    done = run("guard", *places, "--long-frame", text)
    assert (done.code, done.err.count("\n")) == (2, 1)


def test_a_long_frame_names_peer_function_and_size() -> None:
    exception = long_frames_of("10.0.0.0/24=90:265")
    assert (str(exception.networks), exception.function, exception.size) == ("10.0.0.0/24", 90, 265)
    assert long_frames_of("10.0.0.5=90").size == 261


def test_learning_needs_something_to_learn_from(run: Run, tmp_path: Path) -> None:
    assert run("guard", "learn").code == 2
    assert run("guard", "learn", "missing.jsonl").code == 2
    bare = run("guard", "learn", "--listen", "tls://127.0.0.1:0", "--upstream", "tcp://127.0.0.1:1")
    assert (bare.code, "certificate and key and authority are missing" in bare.err) == (2, True)


def test_the_port_of_somebody_else_is_said_to_be_taken(device: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY)
    done = run(
        "guard", "--listen", device, "--upstream", f"tcp://127.0.0.1:{free_port()}", "--policy", "policy.yaml"
    )
    assert done.code == 3


@dataclass(frozen=True)
class Papers:
    """A site's authority, with certificates for a guard, its device and two clients."""

    site: SiteAuthority
    guard: Path
    device: Path
    scada: Path
    visitor: Path

    def client(self, url: str, certificate: Path) -> SyncClient:
        files = {"certificate": certificate, "key": certificate.with_suffix(".key")}
        return SyncClient(url, authority=self.site.certificate, **files)

    @property
    def options(self) -> tuple[object, ...]:
        """Those of a guard between tls:// and tls://."""
        trust = ("--authority", self.site.certificate, "--upstream-authority", self.site.certificate)
        return (
            "--certificate",
            self.guard,
            "--upstream-certificate",
            self.guard,
            "--crl",
            self.site.crl,
            *trust,
        )


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    site = SiteAuthority(tmp_path / "certs")
    site.init()
    return Papers(
        site,
        site.issue("guard", hosts=["127.0.0.1"], role="guard").files[0],
        site.issue("device", hosts=["127.0.0.1", "plc.local"]).files[0],
        site.issue("scada", role="scada").files[0],
        site.issue("visitor", client=True).files[0],
    )


@pytest.fixture
def secure_device(papers: Papers, tmp_path: Path) -> Iterator[str]:
    """A device that takes nobody but the guard: it is called plc.local by its certificate, too."""
    (tmp_path / "device.yaml").write_text("device: d\nholding: {0: [10, 20, 30]}\n")
    words = ("serve", "device.yaml", "--listen", "tls://127.0.0.1:0", "--certificate", papers.device)
    with started(*words, "--authority", papers.site.certificate, folder=tmp_path) as (_, url):
        yield url


BY_ROLE = """
default: deny
clients: {scada: {role: scada}}
rules:
  - {name: scada, clients: [scada], functions: [read, write], points: ["holding:0*3"]}
"""


@pytest.mark.slow
def test_tls_on_both_sides_and_rules_by_role(papers: Papers, secure_device: str, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(BY_ROLE)
    words = ("guard", "--listen", "tls://127.0.0.1:0", "--upstream", secure_device, "--policy", "policy.yaml")
    more = ("--audit", "audit.jsonl", *papers.options, "--upstream-name", "plc.local")
    with started(*words, *more, folder=tmp_path) as (process, url):
        with papers.client(url, papers.scada) as client:
            client.write_register(2, 99)
            assert client.read_holding_registers(0, 3) == [10, 20, 99]
        with papers.client(url, papers.visitor) as client, pytest.raises(IllegalFunctionError):
            client.read_holding_registers(0)
        papers.site.revoke(papers.scada)
        with pytest.raises(LinkError), papers.client(url, papers.scada) as client:
            client.read_holding_registers(0)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    told = [(said["event"], said.get("role")) for said in records(tmp_path / "audit.jsonl")]
    assert ("write", "scada") in told
    assert ("refused", None) in told
    assert "connection" in dict(told)


@pytest.mark.slow
def test_a_device_with_another_name_in_its_certificate_is_not_the_one(
    papers: Papers, secure_device: str, tmp_path: Path
) -> None:
    (tmp_path / "policy.yaml").write_text(BY_ROLE)
    words = ("guard", "--listen", "tls://127.0.0.1:0", "--upstream", secure_device, "--policy", "policy.yaml")
    with started(*words, *papers.options, "--upstream-name", "other.local", folder=tmp_path) as (_, url):
        with papers.client(url, papers.scada) as client, pytest.raises(DeviceError) as refused:
            client.read_holding_registers(0)
        assert refused.value.code in (GATEWAY_PATH_UNAVAILABLE, GATEWAY_TARGET_FAILED)


@pytest.mark.slow
def test_learning_on_tls_knows_clients_by_their_roles(
    papers: Papers, secure_device: str, tmp_path: Path, run: Run
) -> None:
    words = ("guard", "learn", "--listen", "tls://127.0.0.1:0", "--upstream", secure_device, *papers.options)
    with started(*words, folder=tmp_path) as (process, url):
        with papers.client(url, papers.scada) as client:
            client.write_register(2, 7)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert process.stdout is not None
        (tmp_path / "learned.yaml").write_text(process.stdout.read())
    words = ("guard", "explain", "6", "2", "7", "--policy", "learned.yaml", "--json")
    assert run(*words, "--role", "scada").json["action"] == "allow"
    assert run(*words).json["action"] == "refuse"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--certificate", "certs/guard.pem"), "certificate and key mean something on tls:// only"),
        (("--upstream-authority", "certs/site-ca.pem"), "authority mean something on tls:// only"),
        (("--upstream-name", "plc.local"), "name mean something on tls:// only"),
    ],
)
def test_files_for_a_side_without_tls_are_refused(
    papers: Papers, run: Run, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY)
    places = ("--listen", "tcp://127.0.0.1:0", "--upstream", "tcp://127.0.0.1:1", "--policy", "policy.yaml")
    done = run("guard", *places, *words)
    assert (done.code, told in done.err) == (2, True), done.err


def test_a_key_of_another_certificate_is_told(papers: Papers, run: Run, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY)
    places = ("--listen", "tls://127.0.0.1:0", "--upstream", "tcp://127.0.0.1:1", "--policy", "policy.yaml")
    files = ("--certificate", papers.guard, "--key", papers.scada.with_suffix(".key"))
    done = run("guard", *places, *files, "--authority", papers.site.certificate)
    assert done.code == 2
    assert "is not the key of the certificate" in done.err


@pytest.mark.slow
def test_a_guard_without_a_site_is_locked_by_its_audit_log_and_stays_so(
    device: str, tmp_path: Path, run: Run
) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY + WRITES)
    words = ("guard", "--listen", "tcp://127.0.0.1:0", "--upstream", device, "--policy", "policy.yaml")
    audit = ("--audit", "audit.jsonl")
    assert run("guard", "lock", *audit).code == 3
    with started(*words, *audit, folder=tmp_path) as (_, url), SyncClient(url) as client:
        client.write_register(2, 1)
        locked = run("guard", "lock", *audit, "--why", "fire", "--json").json
        assert (locked["locked"], locked["reason"]) == (True, "fire")
        with pytest.raises(IllegalFunctionError):
            client.write_register(2, 2)
        assert client.read_holding_registers(2) == [1]
    with started(*words, *audit, folder=tmp_path) as (_, url), SyncClient(url) as client:
        with pytest.raises(IllegalFunctionError):
            client.write_register(2, 2)
        assert run("guard", "unlock", *audit).out == "audit.jsonl: writes are let through again\n"
        client.write_register(2, 3)
    assert run("guard", "lock", "site.yaml", *audit).code == 2
    events = [said["event"] for said in records(tmp_path / "audit.jsonl")]
    assert [event for event in events if event.endswith("locked")] == ["locked", "locked", "unlocked"]


def test_a_policy_out_of_a_capture(run: Run, tmp_path: Path) -> None:
    capture = write(tmp_path / "plant.pcap", polling().records)
    done = run("guard", "learn", "--from", capture)
    assert done.code == 0
    assert "  controller: {from: [10.0.0.1]}" in done.out
    assert "points: [coil:19*3, holding:107*3, holding:999]" in done.out
    (tmp_path / "policy.yaml").write_text(done.out)
    assert run("check", "policy.yaml").code == 0
    only_reads = run("guard", "learn", "--from", capture, "--filter", "modbus.func_code == 1", "--json").json
    assert (only_reads["requests"], only_reads["kinds"]) == (2, 1)


def test_a_capture_is_no_log_and_may_hold_nothing(run: Run, tmp_path: Path) -> None:
    capture = write(tmp_path / "plant.pcap", polling().records)
    assert run("guard", "learn", capture, "--from", capture).code == 2
    done = run("guard", "learn", "--from", capture, "--filter", "modbus.func_code == 99")
    assert done.code == 2
    assert "no Modbus request" in done.err


@pytest.mark.slow
def test_a_guard_that_looks_for_intruders_writes_down_what_it_finds(device: str, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "usual.yaml").write_text("baseline: nobody\nconversations: []\n")
    words = ["guard", "--listen", "tcp://127.0.0.1:0", "--upstream", device, "--policy", "policy.yaml"]
    words += ["--audit", "audit.jsonl", "--findings", "--baseline", "usual.yaml"]
    with started(*words, folder=tmp_path) as (_, url), SyncClient(url) as client:
        client.read_holding_registers(0)
        with pytest.raises(IllegalFunctionError):
            client.diagnostics(4)
    found = {one["cause"]: one for one in records(tmp_path / "audit.jsonl") if one["event"] == "finding"}
    assert set(found) == {"CLIENT.ROGUE", "DIAGNOSTICS.LISTEN_ONLY"}
    assert found["CLIENT.ROGUE"]["severity"] == "high"


def test_a_baseline_is_for_findings(run: Run) -> None:
    words = (
        "guard",
        "--listen",
        "tcp://127.0.0.1:0",
        "--upstream",
        "tcp://127.0.0.1:1",
        "--policy",
        "p.yaml",
    )
    done = run(*words, "--baseline", "usual.yaml")
    assert done.code == 2
    assert "--baseline goes with --findings" in done.err
