"""The rules loaded for real: several hosts, our server and clients, nftables, iptables, ufw and firewalld."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from ipaddress import ip_address
from pathlib import Path

import pytest

from port502.client import SyncClient
from port502.commission.firewall.derive import Scope, rules_for
from port502.commission.firewall.facts import Called, Facts, Served
from port502.commission.firewall.formats import Format, render
from port502.commission.firewall.model import Rendered
from port502.errors import ConnectError, NoReplyError
from port502.server import Server
from port502.service.device import Device
from port502.transport.url import parse_url
from tests.commission.firewall.sites import station
from tests.peers import absent, need_program
from tests.peers.namespaces import ADDRESSES, Host, plant

pytestmark = [pytest.mark.slow, pytest.mark.interop]

PORTS = (502, 802)
EVERYBODY = ("10.50.0.0/16", "fd50::/16")
PATIENCE = 1.0
TOOLS = {
    Format.NFTABLES: ("nft", "Debian package nftables"),
    Format.IPTABLES: ("iptables", "Debian package iptables"),
    Format.UFW: ("ufw", "Debian package ufw"),
}

PLC_SIDE = Facts(
    "plc",
    served=(
        Served("four", parse_url("tcp://0.0.0.0"), ("10.50.1.10",)),
        Served("six", parse_url("tcp://[::]"), ("fd50:1::10",)),
        Served("closed", parse_url("tls://0.0.0.0"), ("127.0.0.1",)),
    ),
)
SCADA_SIDE = Facts(
    "scada",
    called=(
        Called("plc", parse_url("tcp://10.50.2.10")),
        Called("plc-six", parse_url("tcp://[fd50:2::10]")),
    ),
)


@pytest.fixture(scope="module")
def hosts() -> Iterator[dict[str, Host]]:
    """The plant, with our server on the PLC, where only the firewall chooses among the clients."""
    with plant() as hosts, serving(hosts["plc"]):
        yield hosts


@contextlib.contextmanager
def serving(host: Host) -> Iterator[None]:
    """Our servers on all addresses of a host, at both ports."""
    ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        stop = asyncio.Event()
        async with contextlib.AsyncExitStack() as stack:
            for port in PORTS:
                for every in ("0.0.0.0", "[::]"):
                    server = Server(Device(holding={0: [port]}), f"tcp://{every}:{port}", allow=EVERYBODY)
                    await stack.enter_async_context(server)
            ready.set_result((asyncio.get_running_loop(), stop))
            await stop.wait()

    def there() -> None:
        try:
            host.move_here()
            asyncio.run(serve())
        except BaseException as error:
            if not ready.done():
                ready.set_exception(error)
            raise

    thread = threading.Thread(target=there, name="servers of the plc")
    thread.start()
    try:
        loop, stop = ready.result(20)
        yield
    finally:
        if ready.done() and ready.exception() is None:
            loop.call_soon_threadsafe(stop.set)
        thread.join(20)


def reaches(host: Host, there: str, port: int = 502) -> bool:
    """Whether our client on a host reads a register of the server; a call that is dropped ends in silence."""
    place = f"[{there}]" if ":" in there else there

    def read() -> bool:
        client = SyncClient(f"tcp://{place}:{port}", connect_timeout=PATIENCE, reconnect=None)
        try:
            with client:
                return client.read_holding_registers(0) == [port]
        except ConnectError as error:
            if "refused" in str(error):
                raise  # the packet came through; a drop is silent
            return False

    return host.does(read)


def who_reaches(hosts: dict[str, Host], port: int = 502) -> set[str]:
    """Who reaches the PLC, as ``scada 4``, ``laptop 6``."""
    plc = hosts["plc"]
    calls = {
        f"{name} {family}": (hosts[name], there, port)
        for name in ("scada", "laptop")
        for family, there in ((4, plc.four), (6, plc.six))
    }
    with ThreadPoolExecutor() as pool:
        answers = pool.map(lambda call: reaches(*call), calls.values())
        return {who for who, answer in zip(calls, answers, strict=True) if answer}


EVERYONE = {"scada 4", "scada 6", "laptop 4", "laptop 6"}
SCADA = {"scada 4", "scada 6"}


@contextlib.contextmanager
def in_force(host: Host, rendered: Rendered, folder: Path) -> Iterator[None]:
    """The rules on a host as their own commands put them in force, and undone as they say themselves."""
    (folder / rendered.file).write_text(rendered.text)
    apply, undo = (" && ".join((f"cd {folder}", *commands)) for commands in (rendered.apply, rendered.undo))
    host.run("sh", "-c", apply)
    once = ruleset(host)
    host.run("sh", "-c", apply)
    assert ruleset(host) == once, "applying the rules again changed them"
    try:
        yield
    finally:
        host.run("sh", "-c", undo)


def ruleset(host: Host) -> str:
    """All filtering of a host, without counts."""
    return re.sub(r"counter packets \d+ bytes \d+|\[\d+:\d+\]", "", host.run("nft", "list", "ruleset"))


@pytest.fixture(params=[Format.NFTABLES, Format.IPTABLES])
def form(request: pytest.FixtureRequest) -> Format:
    """A tool that is loaded for real."""
    for tool in (Format.NFTABLES, request.param):
        need_program(*TOOLS[tool])
    return Format(request.param)


def test_a_server_lets_its_clients_in_and_drops_the_rest(
    hosts: dict[str, Host], form: Format, tmp_path: Path
) -> None:
    plc = hosts["plc"]
    assert who_reaches(hosts) == who_reaches(hosts, 802) == EVERYONE
    with in_force(plc, render(rules_for(PLC_SIDE), form), tmp_path):
        assert who_reaches(hosts) == SCADA
        assert who_reaches(hosts, 802) == set()
        assert reaches(plc, plc.four), "a host always reaches itself"
    assert who_reaches(hosts) == who_reaches(hosts, 802) == EVERYONE
    assert "port502" not in ruleset(plc).lower()


def test_a_client_host_calls_its_devices_only(hosts: dict[str, Host], form: Format, tmp_path: Path) -> None:
    scada, plc = hosts["scada"], hosts["plc"]
    with in_force(scada, render(rules_for(SCADA_SIDE), form), tmp_path):
        assert who_reaches(hosts) == EVERYONE
        assert who_reaches(hosts, 802) == {"laptop 4", "laptop 6"}
        with pytest.raises(TimeoutError):
            scada.does(lambda: dial(hosts["laptop"].four))
    assert who_reaches(hosts, 802) == EVERYONE
    with pytest.raises(ConnectionRefusedError):
        scada.does(lambda: dial(hosts["laptop"].four))
    assert reaches(scada, plc.six)


def test_a_firewall_between_networks_passes_the_calls_of_the_site_only(
    hosts: dict[str, Host], form: Format, tmp_path: Path
) -> None:
    scada = [ip_address(address) for address in ADDRESSES["scada"]]
    rules = rules_for(SCADA_SIDE, Scope.ROUTED, hosts=scada)
    with in_force(hosts["router"], render(rules, form), tmp_path):
        assert who_reaches(hosts) == SCADA
        assert who_reaches(hosts, 802) == set()
    assert who_reaches(hosts) == EVERYONE


def test_a_connection_of_somebody_unknown_is_cut_at_once(
    hosts: dict[str, Host], form: Format, tmp_path: Path
) -> None:
    laptop, plc = hosts["laptop"], hosts["plc"]
    rendered = render(rules_for(PLC_SIDE), form)

    def stay() -> None:
        with SyncClient(f"tcp://{plc.four}", response_timeout=PATIENCE, retries=0) as client:
            assert client.read_holding_registers(0) == [502]
            with in_force(plc, rendered, tmp_path), pytest.raises(NoReplyError):
                client.read_holding_registers(0)

    laptop.does(stay)


def test_the_log_of_what_is_dropped_is_limited(hosts: dict[str, Host], form: Format, tmp_path: Path) -> None:
    laptop, plc = hosts["laptop"], hosts["plc"]
    with in_force(plc, render(rules_for(PLC_SIDE), form), tmp_path):
        laptop.does(lambda: knock(plc.four, 40))
        logged, dropped = counts(plc, form)
    assert dropped >= 40
    assert 1 <= logged <= 12


def dial(there: str) -> None:
    socket.create_connection((there, 502), timeout=PATIENCE).close()


def knock(there: str, times: int) -> None:
    """Begin so many connections at once, and wait for none."""
    with contextlib.ExitStack() as stack:
        for _ in range(times):
            one = stack.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex((there, 502))


def counts(host: Host, form: Format) -> tuple[int, int]:
    """How many packets were logged and how many dropped, over all addresses of IPv4."""
    if form is Format.NFTABLES:
        text = host.run("nft", "list", "table", "inet", "port502")
        found = [re.search(rf"counter packets (\d+) bytes \d+ {word}", text) for word in ("log", "drop")]
    else:
        text = host.run("iptables", "-vxnL", "PORT502-IN")
        found = [re.search(rf"^ *(\d+) +\d+ +{word} ", text, re.MULTILINE) for word in ("LOG", "DROP")]
    logged, dropped = (int(match[1]) for match in found if match is not None)
    return logged, dropped


def test_ufw_takes_the_rules_and_undoes_them(hosts: dict[str, Host], tmp_path: Path) -> None:
    """ufw keeps its rules in /etc/ufw: a copy lies over it while this test runs, for its own processes only."""
    need_program(*TOOLS[Format.UFW])
    open_to_all = Facts("open", (Served("open", parse_url("tls://0.0.0.0"), ("0.0.0.0/0",)),))
    rendered = render(rules_for(PLC_SIDE), Format.UFW)
    opened = render(rules_for(open_to_all), Format.UFW)
    shutil.copytree("/etc/ufw", tmp_path / "etc")
    (tmp_path / rendered.file).write_text(rendered.text)
    plc = hosts["plc"]

    def under(*commands: str) -> str:
        script = "; ".join(("set -e", f"mount --bind {tmp_path}/etc /etc/ufw", f"cd {tmp_path}", *commands))
        return plc.run("unshare", "--mount", "sh", "-c", script)

    try:
        under("ufw default allow incoming", "ufw default allow routed", "ufw --force enable", *rendered.apply)
        assert who_reaches(hosts) == SCADA
        assert who_reaches(hosts, 802) == set()
        once = under("ufw status numbered")
        again = under(*rendered.apply)
        assert "Skipping" in again
        assert once in again
        undone = under(*rendered.undo, "ufw status numbered")
        assert "502" not in undone.partition("Status:")[2]
        assert who_reaches(hosts) == EVERYONE
        under(*re.findall("^ufw .*", opened.text, re.MULTILINE))
        assert who_reaches(hosts, 802) == {"scada 4", "laptop 4"}
    finally:
        under("ufw disable")
        plc.run("sh", "-c", "nft flush ruleset")


@pytest.mark.parametrize("scope", [Scope.HOST, Scope.ROUTED])
def test_firewalld_takes_the_policies_and_deletes_them(scope: Scope, tmp_path: Path) -> None:
    """firewalld without its daemon: the same words, kept in a folder of this test."""
    offline = need_program("firewall-offline-cmd", "Debian package firewalld")
    if os.geteuid() != 0:
        absent("firewall-offline-cmd", "run as root")
    if not Path("/etc/firewalld").is_dir():
        absent("the settings of firewalld", "Debian package firewalld")
    rendered = render(station(scope), Format.FIREWALLD)
    shutil.copytree("/etc/firewalld", tmp_path / "etc")
    stand_in = tmp_path / "firewall-cmd"
    stand_in.write_text(
        f'#!/bin/sh\ntest "$1" = --reload && exit\nshift\nexec {offline} --system-config {tmp_path}/etc "$@"\n'
    )
    stand_in.chmod(0o755)

    def run(text: str) -> str:
        done = subprocess.run(
            ["sh", "-eu"],
            input=text,
            env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    policies = tmp_path / "etc" / "policies"
    run(rendered.text)
    once = {path.name: path.read_text() for path in policies.glob("*.xml")}
    assert len(once) == len(station(scope).directions)
    assert sum(text.count("<rule ") for text in once.values()) == rendered.text.count("--add-rich-rule")
    run(rendered.text)
    assert {path.name: path.read_text() for path in policies.glob("*.xml")} == once
    run("firewall-cmd --permanent --check-config")
    run("\n".join(rendered.undo))
    assert not list(policies.glob("*.xml"))
