"""Hosts on networks of their own: network namespaces, a router between two of them, addresses nobody else has.

::

    office 10.50.1.0/24 fd50:1::/64                    field 10.50.2.0/24 fd50:2::/64
      scada .10 ─┐
                 ├─ router (.1, .1) ─── plc .10
      laptop .11 ┘

They exist while the block runs and need root.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests.peers import absent, need_program

T = TypeVar("T")

FOLDER = Path("/run/netns")
NEW_NETWORK = 0x40000000

ADDRESSES = {
    "scada": ("10.50.1.10", "fd50:1::10"),
    "laptop": ("10.50.1.11", "fd50:1::11"),
    "plc": ("10.50.2.10", "fd50:2::10"),
}


@dataclass(frozen=True)
class Host:
    """A machine of the test: a network namespace with its addresses."""

    namespace: str
    four: str
    six: str

    def run(self, *words: str, stdin: str | None = None, check: bool = True) -> str:
        """The output of a program that runs on this host."""
        done = subprocess.run(
            ["ip", "netns", "exec", self.namespace, *words],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert not check or done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def does(self, work: Callable[[], T]) -> T:
        """What a function returns that runs in a thread on this host."""
        results: list[T | BaseException] = []

        def there() -> None:
            try:
                self.move_here()
                results.append(work())
            except BaseException as error:
                results.append(error)

        thread = threading.Thread(target=there, name=f"on {self.namespace}")
        thread.start()
        thread.join(60)
        (result,) = results
        if isinstance(result, BaseException):
            raise result
        return result

    def move_here(self) -> None:
        """Put the calling thread on this host for good."""
        descriptor = os.open(FOLDER / self.namespace, os.O_RDONLY)
        try:
            libc = ctypes.CDLL(None, use_errno=True)
            if libc.setns(descriptor, NEW_NETWORK) != 0:
                raise OSError(ctypes.get_errno(), f"setns {self.namespace}")
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def plant() -> Iterator[dict[str, Host]]:
    """The hosts scada, laptop and plc, and the router between them, by name; all of it is gone afterwards."""
    need_program("ip", "Debian package iproute2")
    if os.geteuid() != 0:
        absent("network namespaces", "run as root")
    tag = f"p{os.getpid()}"
    hosts = {name: Host(f"{tag}-{name}", *both) for name, both in ADDRESSES.items()}
    hosts["router"] = Host(f"{tag}-router", "10.50.1.1", "fd50:1::1")
    try:
        for host in hosts.values():
            _add(host)
        _connect(hosts)
        yield hosts
    finally:
        for host in hosts.values():
            subprocess.run(["ip", "netns", "delete", host.namespace], capture_output=True, check=False)


@contextlib.contextmanager
def another(hosts: dict[str, Host], name: str, four: str) -> Iterator[Host]:
    """One more machine on the office's network while the block runs, with an IPv4 address, even one that is taken."""
    router = hosts["router"]
    host = Host(router.namespace.replace("router", name), four, "")
    try:
        _add(host)
        _wire(host, router, name)
        router.run("ip", "link", "set", name, "master", "office")
        host.run("ip", "address", "add", f"{four}/24", "dev", "eth0")
        host.run("ip", "link", "set", "eth0", "up")
        yield host
    finally:
        subprocess.run(["ip", "netns", "delete", host.namespace], capture_output=True, check=False)


def _add(host: Host) -> None:
    done = subprocess.run(["ip", "netns", "add", host.namespace], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        absent(f"the right to make network namespaces: {done.stderr.strip()[:100]}", "run as root")
    host.run("ip", "link", "set", "lo", "up")
    for scope in ("all", "default"):  # link-local addresses too are usable at once
        host.run("sh", "-c", f"echo 0 >/proc/sys/net/ipv6/conf/{scope}/accept_dad")


def _connect(hosts: dict[str, Host]) -> None:
    router = hosts["router"]
    router.run("ip", "link", "add", "office", "type", "bridge")
    for name in ADDRESSES:
        _wire(hosts[name], router, name)
    for name in ("scada", "laptop"):
        router.run("ip", "link", "set", name, "master", "office")
    for interface, network in (("office", "1"), ("plc", "2")):
        _address(router, interface, f"10.50.{network}.1", f"fd50:{network}::1")
    for family in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
        router.run("sh", "-c", f"echo 1 >/proc/sys/net/{family}")
    for name, (four, six) in ADDRESSES.items():
        network = four.split(".")[2]
        _address(hosts[name], "eth0", four, six)
        hosts[name].run("ip", "route", "add", "default", "via", f"10.50.{network}.1")
        hosts[name].run("ip", "-6", "route", "add", "default", "via", f"fd50:{network}::1")


def _wire(host: Host, router: Host, name: str) -> None:
    end = ("peer", "name", name, "netns", router.namespace)
    host.run("ip", "link", "add", "eth0", "type", "veth", *end)
    router.run("ip", "link", "set", name, "up")


def _address(host: Host, interface: str, four: str, six: str) -> None:
    host.run("ip", "address", "add", f"{four}/24", "dev", interface)
    host.run("ip", "address", "add", f"{six}/64", "dev", interface, "nodad")  # usable at once
    host.run("ip", "link", "set", interface, "up")
