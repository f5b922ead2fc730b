"""The VPN of the page two-plants.md, on two machines with a wire between them where WireGuard's tunnel would be.

This kernel need not know WireGuard: what counts here is what port502 does at both ends, with the page's own files.
"""

from __future__ import annotations

import configparser
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from port502.client import SyncClient
from port502.errors import GatewayTargetError, IllegalFunctionError
from port502.guard.chain import records, verify
from tests.docs.snippets import Snippet, snippets
from tests.peers import need_program
from tests.peers.namespaces import Host, plant

PAGE = Path(__file__).parents[2] / "docs/how-to/two-plants.md"
FOUND = snippets(PAGE)
PLC = "device: plc\nunits: [1]\nholding: {0-9: 20, 100: 300}\n"
SECONDS = 30


def file(name: str) -> str:
    """The text of a file of the page."""
    (found,) = (one.text for one in FOUND if one.note == "file" and one.argument == name)
    return found


def commands(host: str, *, background: bool = False) -> list[Snippet]:
    """What the page types in on one of its machines."""
    return [one for one in FOUND if one.note == "on" and one.argument == host + " background" * background]


class Machine:
    """One of the page's two machines, with the page's files in a folder of its own."""

    def __init__(self, host: Host, folder: Path) -> None:
        self.host = host
        self.folder = folder
        folder.mkdir()
        for one in FOUND:
            if one.note == "file" and "/" not in one.argument:
                (folder / one.argument).write_text(one.text)

    def run(self, text: str) -> str:
        done = subprocess.run(
            self._words(text),
            cwd=self.folder,
            env=_environment(),
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"
        return done.stdout

    def start(self, text: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._words(f"exec {text.strip()}"),
            cwd=self.folder,
            env=_environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _words(self, text: str) -> list[str]:
        return ["ip", "netns", "exec", self.host.namespace, "bash", "-euo", "pipefail", "-c", text]


def _environment() -> dict[str, str]:
    search = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": search, "NO_COLOR": "1"}


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Machine]]:
    """Both plants at work as the page says, and a stranger on a third machine of the network between."""
    need_program("nft", "Debian package nftables")
    folder = tmp_path_factory.mktemp("plants")
    with plant() as hosts, ExitStack() as ending:
        made = {
            "plant-a": Machine(hosts["scada"], folder / "a"),
            "plant-b": Machine(hosts["plc"], folder / "b"),
            "stranger": Machine(hosts["laptop"], folder / "stranger"),
        }
        _join(hosts)
        (folder / "b" / "plc.yaml").write_text(PLC)
        running = [made["plant-b"].start("port502 serve plc.yaml --listen tcp://192.168.1.10:502")]
        ending.callback(_end, running)
        for name in ("plant-b", "plant-a"):
            for one in commands(name, background=True):
                running.append(made[name].start(one.text))
        for one in commands("plant-b"):
            made["plant-b"].run(one.text)
        for place in (("192.168.1.10", 502), ("10.9.0.2", 502)):
            made["plant-b"].host.does(partial(_wait_for, place))
        made["plant-a"].host.does(_wait_for_an_answer)
        yield made


def _join(hosts: dict[str, Host]) -> None:
    """The tunnel: a wire named wg0 between the two machines; and a way to plant B that does not lead through it."""
    a, b, router = hosts["scada"], hosts["plc"], hosts["router"]
    a.run("ip", "link", "add", "wg0", "type", "veth", "peer", "name", "wg0", "netns", b.namespace)
    for host, own, other in ((a, "10.9.0.1", "10.9.0.2"), (b, "10.9.0.2", "10.9.0.1")):
        host.run("ip", "address", "add", f"{own}/32", "dev", "wg0")
        host.run("ip", "link", "set", "wg0", "up")
        host.run("ip", "route", "add", f"{other}/32", "dev", "wg0", "src", own)
    b.run("ip", "address", "add", "192.168.1.10/32", "dev", "lo")
    router.run("ip", "route", "add", "10.9.0.2/32", "via", b.four)


def _wait_for(place: tuple[str, int]) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            with socket.create_connection(place, timeout=1):
                return
        except OSError:
            assert time.monotonic() < deadline, f"nobody listens at {place}"


def _wait_for_an_answer() -> None:
    """Until plant A found plant B: it calls again by itself, where it was started first."""
    _wait_for(("127.0.0.1", 1502))
    deadline = time.monotonic() + SECONDS
    with SyncClient("tcp://127.0.0.1:1502") as client:
        while True:
            try:
                client.read_holding_registers(0)
            except GatewayTargetError:
                assert time.monotonic() < deadline, "plant A does not find plant B"
            else:
                return


def _end(running: list[subprocess.Popen[bytes]]) -> None:
    for process in running:
        process.terminate()
    assert {process.wait(20) for process in running} <= {0}


def reaches(host: Host, address: str, port: int = 502) -> bool:
    def there() -> bool:
        try:
            with socket.create_connection((address, port), timeout=1):
                return True
        except OSError:
            return False

    return host.does(there)


@pytest.mark.slow
@pytest.mark.interop
def test_the_scada_system_works_through_the_tunnel_as_the_page_says(machines: dict[str, Machine]) -> None:
    (typed,) = commands("plant-a")
    assert machines["plant-a"].run(typed.text).split() == ["300", "340"]


@pytest.mark.slow
@pytest.mark.interop
def test_what_the_policy_does_not_allow_is_refused_in_plant_b(machines: dict[str, Machine]) -> None:
    def write() -> None:
        with SyncClient("tcp://127.0.0.1:1502") as client, pytest.raises(IllegalFunctionError):
            client.write_register(100, 900)

    machines["plant-a"].host.does(write)
    log = machines["plant-b"].folder / "data/audit/tunnel.jsonl"
    told = [said for said in records(log) if said["event"] == "refused"]
    assert (told[-1]["client"], told[-1]["after"]) == ("10.9.0.1", [900])
    assert verify(log).whole


@pytest.mark.slow
@pytest.mark.interop
def test_nobody_comes_in_beside_the_tunnel(machines: dict[str, Machine]) -> None:
    stranger, plant_b = machines["stranger"].host, machines["plant-b"]
    for address in ("10.9.0.2", plant_b.host.four):
        assert not reaches(stranger, address)
    assert reaches(machines["plant-a"].host, "10.9.0.2")
    plant_b.run("nft delete table inet tunnel && nft delete table inet port502")
    try:
        assert reaches(stranger, "10.9.0.2"), "it was the rules that kept it out"
    finally:
        for one in commands("plant-b"):
            plant_b.run(one.text)


def test_both_ends_of_the_tunnel_fit_together() -> None:
    a, b = (configparser.ConfigParser() for _ in range(2))
    a.read_string(file("a/wg0.conf"))
    b.read_string(file("b/wg0.conf"))
    for one, other in ((a, b), (b, a)):
        assert one["Peer"]["AllowedIPs"] == other["Interface"]["Address"]
        assert set(one["Peer"]) >= {"publickey", "allowedips"}
        assert set(one["Interface"]) >= {"address", "privatekey"}
    host, _, port = a["Peer"]["Endpoint"].partition(":")
    assert port == b["Interface"]["ListenPort"]
    assert f"udp dport {port} ip saddr !=" in file("tunnel.nft")
    assert f"tls://{host}" in file("bridge-a.yaml")
    assert f"tcp://{b['Interface']['Address'].partition('/')[0]}" in file("vpn-b.yaml")
    assert a["Interface"]["Address"].partition("/")[0] in file("vpn-policy.yaml")
