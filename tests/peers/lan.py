"""One network of two hosts: a watcher who looks around, and a plant with as many addresses as a test wants.

::

    watcher 10.50.9.200/24 fd50:9::200/64 ─── plant 10.50.9.1 ... .N, fd50:9::1

Every other address of the network is nobody's. Both exist while the block runs and need root.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.peers import absent, need_program
from tests.peers.namespaces import Host, _add, _address

WATCHER, PLANT = ("10.50.9.200", "fd50:9::200"), ("10.50.9.1", "fd50:9::1")


@dataclass(frozen=True)
class Lan:
    """The two hosts."""

    watcher: Host
    plant: Host

    def packets(self) -> int:
        """How many packets the watcher has sent and received until now."""
        folder = "/sys/class/net/eth0/statistics"
        return sum(map(int, self.watcher.run("cat", f"{folder}/tx_packets", f"{folder}/rx_packets").split()))

    @contextlib.contextmanager
    def running(self, *words: str) -> Iterator[None]:
        """A Python program on the plant's host, which prints a line when it is ready."""
        process = subprocess.Popen(
            ["ip", "netns", "exec", self.plant.namespace, sys.executable, *words],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            assert process.stdout.readline(), f"{words} ended with {process.wait(10)}"
            yield
        finally:
            process.terminate()
            process.communicate(timeout=20)

    def port502(self, *words: str) -> str:
        """What the program prints on the watcher's host."""
        return self.watcher.run(sys.executable, "-m", "port502", *words)


@contextlib.contextmanager
def lan(addresses: int) -> Iterator[Lan]:
    """The network, with so many addresses of the plant from 10.50.9.1 on; all of it is gone afterwards."""
    need_program("ip", "Debian package iproute2")
    if os.geteuid() != 0:
        absent("network namespaces", "run as root")
    tag = f"l{os.getpid()}"
    watcher, plant = Host(f"{tag}-watcher", *WATCHER), Host(f"{tag}-plant", *PLANT)
    hosts: Sequence[Host] = (watcher, plant)
    try:
        for host in hosts:
            _add(host)
        watcher.run(
            "ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", plant.namespace
        )
        for host in hosts:
            _address(host, "eth0", host.four, host.six)
        for number in range(2, addresses + 1):
            plant.run("ip", "address", "add", f"10.50.9.{number}/24", "dev", "eth0")
        yield Lan(watcher, plant)
    finally:
        for host in hosts:
            subprocess.run(["ip", "netns", "delete", host.namespace], capture_output=True, check=False)
