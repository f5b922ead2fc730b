"""Networks that are broken: namespaces with a router between them, firewalls, cables pulled, addresses given twice.

The doctor looks from ``scada``; ``laptop`` is on its own network, ``plc`` behind the router.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from port502.discover.doctor.question import Question
from port502.server import Server
from port502.service.device import Device
from tests.discover.doctor.bench.scenario import Hosts, asked, on_networks
from tests.peers.namespaces import Host, another

EVERYBODY = ("10.50.0.0/16", "fd50::/16")
NEAR, FAR = "tcp://10.50.1.11", "tcp://10.50.2.10"


@contextlib.contextmanager
def served_on(host: Host, *ports: int, allow: tuple[str, ...] = EVERYBODY) -> Iterator[None]:
    """A healthy device on all addresses of a host."""
    ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        stop = asyncio.Event()
        async with contextlib.AsyncExitStack() as stack:
            for port in ports or (502,):
                for every in ("0.0.0.0", "[::]"):
                    device = Device(holding={range(60): 7}, input={range(10): 8})
                    server = Server(device, f"tcp://{every}:{port}", allow=allow)
                    await stack.enter_async_context(server)
            ready.set_result((asyncio.get_running_loop(), stop))
            await stop.wait()

    def run() -> None:
        try:
            host.move_here()
            asyncio.run(serve())
        except BaseException as error:
            if ready.done():
                raise
            ready.set_exception(error)

    thread = threading.Thread(target=run, name=f"device on {host.namespace}")
    thread.start()
    loop, stop = ready.result(20)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)


@contextlib.contextmanager
def filtering(host: Host, hook: str, *rules: str, more: str = "") -> Iterator[None]:
    """Firewall rules on a host, for IPv4 and IPv6."""
    chain = "\n".join((f"type filter hook {hook} priority 0", *rules))
    table = f"table inet bench {{\n{more}\nchain rules {{\n{chain}\n}}\n}}\n"
    host.run("nft", "-f", "-", stdin=table)
    try:
        yield
    finally:
        host.run("nft", "delete", "table", "inet", "bench")


@contextlib.contextmanager
def near(hosts: Hosts, hook: str, *rules: str, **more: Any) -> Iterator[Question]:
    """The device on our own network, behind its own firewall."""
    with served_on(hosts["laptop"]), filtering(hosts["laptop"], hook, *rules):
        yield asked(NEAR, **more)


@contextlib.contextmanager
def far(hosts: Hosts, *rules: str, **more: Any) -> Iterator[Question]:
    """The device beyond the router, which is a firewall."""
    with served_on(hosts["plc"]), filtering(hosts["router"], "forward", *rules):
        yield asked(FAR, **more)


@on_networks("OK", "a healthy device on our own network")
@contextlib.contextmanager
def healthy(hosts: Hosts) -> Iterator[Question]:
    with served_on(hosts["laptop"]):
        yield asked(NEAR)


@on_networks("OK", "a healthy device beyond a router, IPv6 only")
@contextlib.contextmanager
def healthy_six(hosts: Hosts) -> Iterator[Question]:
    with served_on(hosts["plc"]):
        yield asked("tcp://[fd50:2::10]:502")


@on_networks("OK", "a healthy device at a link-local address")
@contextlib.contextmanager
def healthy_link_local(hosts: Hosts) -> Iterator[Question]:
    told = hosts["laptop"].run("ip", "-6", "-o", "address", "show", "dev", "eth0", "scope", "link")
    address = told.split()[3].partition("/")[0]
    everybody = (*EVERYBODY, "fe80::/10")
    with served_on(hosts["laptop"], allow=everybody):
        yield asked(f"tcp://[{address}%eth0]:502")


@on_networks("NAME.MANY", "a name of two addresses, the first of which is dead")
@contextlib.contextmanager
def two_addresses(hosts: Hosts) -> Iterator[Question]:
    folder = Path("/etc/netns") / hosts["scada"].namespace
    folder.mkdir(parents=True)
    try:
        (folder / "hosts").write_text("10.50.1.77 plc.bench\n10.50.2.10 plc.bench\n")
        with served_on(hosts["plc"]):
            yield asked("tcp://plc.bench", connect=4.0)
    finally:
        (folder / "hosts").unlink()
        folder.rmdir()


@on_networks("ROUTE.NONE", "an interface without an address")
@contextlib.contextmanager
def no_address(hosts: Hosts) -> Iterator[Question]:
    scada = hosts["scada"]
    scada.run("ip", "-4", "address", "flush", "dev", "eth0")
    try:
        yield asked(NEAR)
    finally:
        scada.run("ip", "address", "add", f"{scada.four}/24", "dev", "eth0")
        scada.run("ip", "route", "add", "default", "via", "10.50.1.1")


@on_networks("ROUTE.SUBNET", "a device in another subnet, and no gateway")
@contextlib.contextmanager
def wrong_subnet(hosts: Hosts) -> Iterator[Question]:
    scada = hosts["scada"]
    scada.run("ip", "route", "delete", "default")
    try:
        yield asked("tcp://10.50.3.20")
    finally:
        scada.run("ip", "route", "add", "default", "via", "10.50.1.1")


@on_networks("LINK.DOWN", "a cable pulled out of the switch")
@contextlib.contextmanager
def no_link(hosts: Hosts) -> Iterator[Question]:
    hosts["router"].run("ip", "link", "set", "scada", "down")
    try:
        yield asked(NEAR)
    finally:
        hosts["router"].run("ip", "link", "set", "scada", "up")
        hosts["scada"].run("ip", "-6", "route", "replace", "default", "via", "fd50:1::1")


@on_networks("LINK.DOWN", "an interface that is switched off")
@contextlib.contextmanager
def switched_off(hosts: Hosts) -> Iterator[Question]:
    scada = hosts["scada"]
    scada.run("ip", "link", "set", "eth0", "down")
    try:
        yield asked(NEAR)
    finally:
        scada.run("ip", "link", "set", "eth0", "up")
        scada.run("ip", "route", "add", "default", "via", "10.50.1.1")
        scada.run("ip", "address", "replace", f"{scada.six}/64", "dev", "eth0", "nodad")
        scada.run("ip", "-6", "route", "replace", "default", "via", "fd50:1::1")


@on_networks("L2.NO_ARP", "an address that no device has")
@contextlib.contextmanager
def nobody(hosts: Hosts) -> Iterator[Question]:
    yield asked("tcp://10.50.1.77", connect=4.0)


@on_networks("L2.NO_ARP", "an IPv6 address that no device has")
@contextlib.contextmanager
def nobody_six(hosts: Hosts) -> Iterator[Question]:
    yield asked("tcp://[fd50:1::77]:502", connect=4.0)


@on_networks("L2.DUPLICATE", "two devices with one address")
@contextlib.contextmanager
def duplicate(hosts: Hosts) -> Iterator[Question]:
    with served_on(hosts["laptop"]), another(hosts, "twin", "10.50.1.11"):
        yield asked(NEAR)


@on_networks("L2.MAC_CHANGED", "a device with another MAC than the inventory has")
@contextlib.contextmanager
def replaced(hosts: Hosts) -> Iterator[Question]:
    with served_on(hosts["laptop"]):
        yield asked(NEAR, mac="00:80:F4:01:02:03")


@on_networks("NET.PROHIBITED", "a router that prohibits")
def prohibited(hosts: Hosts) -> Any:
    return far(hosts, "tcp dport 502 reject with icmpx type admin-prohibited")


@on_networks("NET.PROHIBITED", "a router that finds nobody at the address")
@contextlib.contextmanager
def absent_beyond(hosts: Hosts) -> Iterator[Question]:
    yield asked("tcp://10.50.2.77", connect=4.0)


@on_networks("NET.UNACKED", "a firewall that drops everything behind the handshake")
def unacked(hosts: Hosts) -> Any:
    return near(hosts, "input", "tcp dport 502 tcp flags & syn == 0 drop")


@on_networks("NET.LOSS", "a wire that loses every fourth segment")
def lossy(hosts: Hosts) -> Any:
    rule = "tcp dport 502 tcp flags & (syn|psh) == psh numgen inc mod 4 == 3 drop"
    return near(hosts, "input", rule, timeout=1.0, patience=2.0)


@on_networks("TCP.REFUSED_ICMP", "a firewall of the device that rejects")
def rejected(hosts: Hosts) -> Any:
    return near(hosts, "input", "tcp dport 502 reject with icmpx type port-unreachable")


@on_networks("TCP.REFUSED_ICMP", "a firewall of our own that rejects")
@contextlib.contextmanager
def rejected_here(hosts: Hosts) -> Iterator[Question]:
    rule = "tcp dport 502 reject with icmpx type port-unreachable"
    with served_on(hosts["laptop"]), filtering(hosts["scada"], "output", rule):
        yield asked(NEAR)


@on_networks("TCP.REFUSED_RST", "a device whose server is not enabled")
@contextlib.contextmanager
def not_enabled(hosts: Hosts) -> Iterator[Question]:
    yield asked(NEAR)


@on_networks("TCP.FILTERED", "a firewall of the device that drops")
def dropped(hosts: Hosts) -> Any:
    return near(hosts, "input", "tcp dport 502 drop", connect=1.0)


@on_networks("TCP.FILTERED", "a firewall of our own that drops")
@contextlib.contextmanager
def dropped_here(hosts: Hosts) -> Iterator[Question]:
    with served_on(hosts["laptop"]), filtering(hosts["scada"], "output", "tcp dport 502 drop"):
        yield asked(NEAR, connect=1.0)


@on_networks("TCP.FILTERED", "a router that drops the port of a living host")
def dropped_beyond(hosts: Hosts) -> Any:
    return far(hosts, "tcp dport 502 drop", connect=1.0)


@on_networks("TCP.BLACKHOLE", "a router that swallows everything")
def black_hole(hosts: Hosts) -> Any:
    return far(hosts, "ip daddr 10.50.2.10 drop", connect=1.0)


@on_networks("TCP.OTHER_PORT", "a device that listens on port 1502")
@contextlib.contextmanager
def other_port(hosts: Hosts) -> Iterator[Question]:
    with served_on(hosts["laptop"], 1502):
        yield asked(NEAR, deep=True)


@on_networks("TCP.HALF_OPEN", "a firewall that forgets connections after a second, without a word")
@contextlib.contextmanager
def forgetful(hosts: Hosts) -> Iterator[Question]:
    flows = "set flows { type inet_service; flags dynamic, timeout; timeout 1s; }"
    rules = (
        "tcp dport 502 tcp flags & (syn|ack) == syn update @flows { tcp sport } accept",
        "tcp dport 502 tcp sport @flows update @flows { tcp sport } accept",
        "tcp dport 502 drop",
    )
    with served_on(hosts["plc"]), filtering(hosts["router"], "forward", *rules, more=flows):
        yield asked(FAR, deep=True, idle=(0.3, 2.0), timeout=0.5)
