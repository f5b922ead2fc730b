"""A device on loopback in a thread of its own, so that commands can be run in this process."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import Future

from port502.registers.sunspec.compose import Part, compose_device
from port502.registers.values import Value
from port502.server import Server
from port502.service.call import Service
from port502.service.device import Device
from port502.service.identity import Identity

ESCAPES = "Evil\x1b[31m\nCorp =cmd()"


def boiler() -> Device:
    """The device of most tests: something in every table, some of it read-only."""
    return Device(
        holding={
            0: [10, 20, 30],
            range(100, 110): 7,
            300: [0x0000, 0x41AC],
            310: [0x424F, 0x494C, 0x4552, 0],
        },
        input={range(10): 7},
        coil={range(16): False},
        discrete={0: [True, False, True]},
        read_only={"holding": [range(100, 110)]},
        files={1: {0: [1, 2, 3]}},
        fifo={50: [1, 2]},
        identity=Identity("Acme", "B200", "1.4", product_name=ESCAPES),
    )


@contextlib.contextmanager
def served(service: Service) -> Iterator[str]:
    """The url under which a service answers while inside."""
    ready: Future[str] = Future()
    done: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        stop = asyncio.Event()
        try:
            async with Server(service, "tcp://127.0.0.1:0") as server:
                done.set_result((asyncio.get_running_loop(), stop))
                ready.set_result(server.url)
                await stop.wait()
        except BaseException as error:
            if not ready.done():
                ready.set_exception(error)
            raise

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="served device")
    thread.start()
    try:
        yield ready.result(10)
    finally:
        loop, stop = done.result(10)
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)


@contextlib.contextmanager
def refusing_port() -> Iterator[int]:
    """A port at which nobody listens, and nobody will while inside."""
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@contextlib.contextmanager
def black_hole() -> Iterator[str]:
    """The url of somebody who accepts connections and never says a word."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"tcp://127.0.0.1:{listening.getsockname()[1]}"


@contextlib.contextmanager
def babbler(reply: bytes) -> Iterator[str]:
    """The url of somebody who answers whatever comes with the same bytes."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection:
                        if connection.recv(1024):
                            connection.sendall(reply)
                            connection.recv(1024)

        thread = threading.Thread(target=answer, name="babbler")
        thread.start()
        try:
            yield f"tcp://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def solar() -> Device:
    """A SunSpec device: a three-phase inverter with a meter in one chain."""
    common = {"Mn": "Acme GmbH", "Md": "SUN\t5000", "SN": "A1"}
    inverter: dict[str, Value] = {
        "W": 5120,
        "W_SF": 1,
        "PhVphA": 230.1,
        "V_SF": -1,
        "WH": 12_345_678,
        "St": "MPPT",
    }
    meter = {"W": -1200, "Hz": 49.98, "Hz_SF": -2, "TotWhImp": 77}
    return Device(holding={40000: compose_device([Part(1, common), Part(103, inverter), Part(203, meter)])})
