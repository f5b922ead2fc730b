"""The demo: a living plant on loopback, and the site file that collects it."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from port502.errors import ConnectError, UsageError
from port502.server import Server
from port502.service.device import Device
from port502.site.demo_plant import METER_SHEET, Drive, Meter, Tank

METERS = 50
PORT = 1502
TICK = 0.25

_HEAD = """\
# The site of `port502 demo`, written anew each time it starts.
site: demo

connections:
"""

_PLC = """\

devices:
  tank:
    connection: plc
    interval: 500ms
    writes: true
    points:
      level: {ref: holding:0, scale: 0.1, unit: "%"}
      pump_on: {ref: coil:0}
      inflow: {ref: holding:2, type: float32, unit: l/min}
      outflow: {ref: holding:4, type: float32, unit: l/min}
      temperature: {ref: holding:1, type: int16, scale: 0.1, unit: °C}
      scans: {ref: holding:6, type: uint32}
      automatic: {ref: coil:1, write: {}}
      speed_setpoint: {ref: holding:100, unit: 1/min, write: {min: 0, max: 1500}}
      balance: {expression: "inflow - outflow", unit: l/min}
  pump:
    connection: drive
    interval: 1s
    points:
      speed: {ref: input:0, unit: 1/min}
      current: {ref: input:1, scale: 0.1, unit: A}
      torque: {ref: input:2, scale: 0.1, unit: "%"}
      temperature: {ref: input:3, scale: 0.1, unit: °C}
      running: {ref: discrete:1}
"""

_TAIL = "\nhistory: {path: data/, keep: 1d, max_size: 256MiB}\n"


class Demo:
    """Servers for all devices of the plant, and its site file in ``folder``; as a context it runs.

    Each meter has an address of its own (127.0.2.1, 127.0.2.2, ...) where the system has more of them than
    127.0.0.1, else a port of its own. A port that is taken gives way to one that the system chooses.
    """

    def __init__(self, folder: Path, *, meters: int = METERS, port: int = PORT) -> None:
        self.folder = folder
        self.drive = Drive()
        self.tank = Tank(self.drive)
        self.meters = [Meter(number) for number in range(1, meters + 1)]
        self._port = port
        self._servers: dict[str, Server] = {}
        self._began = 0.0
        self._moved = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def site_file(self) -> Path:
        """The site file that collects this plant."""
        return self.folder / "site.yaml"

    @property
    def urls(self) -> dict[str, str]:
        """Where each device is, by the name of its connection."""
        return {name: server.url for name, server in self._servers.items()}

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start every device and write the site file; raises ConnectError or UsageError."""
        try:
            await self._serve("plc", self.tank.device, "127.0.3.1")
            await self._serve("drive", self.drive.device, "127.0.3.2")
            for number, meter in enumerate(self.meters, 1):
                await self._serve(f"meter-{number:02d}", meter.device, f"127.0.2.{number}")
            self._write_files()
        except BaseException:
            await self.stop()
            raise
        self._began = asyncio.get_running_loop().time()
        self.move(0.0)
        self._tick()

    async def stop(self) -> None:
        """End every device."""
        if self._timer is not None:
            self._timer.cancel()
        await asyncio.gather(*(server.stop(grace=0.5) for server in self._servers.values()))
        self._servers.clear()

    def move(self, time: float) -> None:
        """Let the plant live until ``time``, in seconds since its start."""
        passed = max(0.0, time - self._moved)
        self._moved = time
        self.tank.move(time, passed)
        for meter in self.meters:
            meter.move(time)

    def site_text(self) -> str:
        """The site file."""
        lines = [f"  {name}: {{url: '{url}', response_timeout: 200ms}}\n" for name, url in self.urls.items()]
        meters = [
            f"  {name}: {{connection: {name}, interval: 5s, sheet: meter.csv}}\n"
            for name in self.urls
            if name.startswith("meter-")
        ]
        return _HEAD + "".join(lines) + _PLC + "".join(meters) + _TAIL

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        self.move(loop.time() - self._began)
        self._timer = loop.call_later(TICK, self._tick)

    async def _serve(self, name: str, device: Device, host: str) -> None:
        """Listen at the address meant for this device, or at the next best one."""
        for place in (f"{host}:{self._port}", f"{host}:0", "127.0.0.1:0"):
            server = Server(device, f"tcp://{place}")
            try:
                await server.start()
            except ConnectError as error:
                if not _is_taken(error):
                    raise
                failure = error
                continue
            self._servers[name] = server
            return
        raise failure

    def _write_files(self) -> None:
        (self.folder / "meter.csv").write_text(METER_SHEET, encoding="utf-8")
        self.site_file.write_text(self.site_text(), encoding="utf-8")


def demo_folder(given: Path | None = None) -> Path:
    """The folder for a demo's files, ours alone: the one given, else one of this user among the temporary ones.

    Raises UsageError when somebody else has it.
    """
    user = os.getuid() if hasattr(os, "getuid") else 0
    folder = given or Path(tempfile.gettempdir()) / f"port502-demo-{user}"
    try:
        folder.mkdir(mode=0o700, parents=given is not None, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise UsageError(f"the demo's folder {folder} cannot be made: {error.strerror or error}") from error
    if not stat.S_ISDIR(found.st_mode) or (hasattr(os, "getuid") and found.st_uid != user):
        raise UsageError(f"{folder} belongs to somebody else; name another folder")
    return folder


def _is_taken(error: ConnectError) -> bool:
    """Whether another address may do: this one is in use, or the system does not have it."""
    cause = error.__cause__
    return isinstance(cause, OSError) and cause.errno in (errno.EADDRINUSE, errno.EADDRNOTAVAIL)
