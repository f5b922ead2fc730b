"""The demo: a simulated plant on loopback, and the site that collects it, both from files of their own."""

from __future__ import annotations

import errno
import os
import socket
import stat
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

from port502.errors import ConnectError, UsageError
from port502.simulate.plant import Plant
from port502.simulate.pty_line import PtyLine
from port502.site.demo_files import (
    DEVICE_NAME,
    DOORS,
    GUARD,
    HALL,
    INTRUDER,
    LINE_NAME,
    MAP_NAME,
    PLANT_NAME,
    PLC_FILE,
    POLICY_FILE,
    POLICY_NAME,
    SITE_NAME,
    TANK_MAP,
    USUAL_NAME,
    parts,
    plant_text,
    site_text,
    usual_text,
)
from port502.site.plant_file import load_plant

METERS = 50
PORT = 1502
LOOPBACK = "127.0.0.1"
_TAKEN = (errno.EADDRINUSE, errno.EADDRNOTAVAIL)


class Demo:
    """The plant of a plant file in ``folder``, and the site file beside it; as a context the plant runs.

    Each device has an address of its own (127.0.2.1, 127.0.2.2, ... for the meters) where the system has more of
    them than 127.0.0.1, else a port of its own. A port that is taken gives way to one that the system chooses. The
    gateway hall is on a serial line of pseudo-terminals, or on RTU over TCP where there are none.
    """

    def __init__(self, folder: Path, *, meters: int = METERS, port: int = PORT) -> None:
        self.folder = folder
        self._meters = meters
        self._parts = parts(meters)
        self._port = port
        self._plant: Plant | None = None

    @property
    def site_file(self) -> Path:
        """The site file that collects this plant."""
        return self.folder / SITE_NAME

    @property
    def plant_file(self) -> Path:
        """The plant file that is simulated."""
        return self.folder / PLANT_NAME

    @property
    def urls(self) -> dict[str, str]:
        """Where each device is, by the name of its connection; empty before the start."""
        return {} if self._plant is None else self._plant.urls

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Write the plant's files, start every device, write the site file; raises ConnectError or UsageError."""
        self._write(MAP_NAME, TANK_MAP)
        self._write(DEVICE_NAME, PLC_FILE)
        self._write(POLICY_NAME, POLICY_FILE)
        try:
            self._plant = await self._started(self._port)
        except ConnectError as error:
            if not _is_taken(error):
                raise
            self._plant = await self._started(0)  # somebody was quicker than we were
        self._write(PLANT_NAME, plant_text(self._parts, self.urls))
        doors = {door.name: place_of(door.host, self._port) for door in DOORS}
        self._write(USUAL_NAME, usual_text(doors[GUARD]))
        self._write(SITE_NAME, site_text(self._parts, self.urls, self._meters, doors))

    async def stop(self) -> None:
        """End every device."""
        if self._plant is not None:
            await self._plant.stop()

    async def _started(self, port: int) -> Plant:
        """The plant of the plant file, at work, its devices at this port wherever it is free."""
        places = {part.name: place_of(part.host, port) for part in self._parts}
        places[HALL] = self._line() or places[HALL].replace("tcp:", "rtu+tcp:", 1)
        self._write(PLANT_NAME, plant_text(self._parts, places))
        plant = load_plant(self.plant_file).plant()
        await plant.start()
        return plant

    def _line(self) -> str:
        """Where the hall's serial line ends; empty where this system cannot have one."""
        if not PtyLine.is_possible() or find_spec("serialx") is None:
            return ""
        return f"rtu://{(self.folder / LINE_NAME).absolute()}?baud=19200&parity=N"

    def _write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")


def place_of(host: str, port: int) -> str:
    """Where a device can listen: at its own address and this port, there at another port, else on 127.0.0.1."""
    for wanted in (port, 0):
        if _is_free(host, wanted):
            return f"tcp://{host}:{wanted}"
    return f"tcp://{LOOPBACK}:0"


def intruder_source() -> str | None:
    """The address that the hostile client calls from; None where the system has it not."""
    return INTRUDER if _is_free(INTRUDER, 0) else None


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


def _is_free(host: str, port: int) -> bool:
    """Whether nobody listens there, and the system has the address; other faults are left to whoever listens."""
    with socket.socket() as probe:
        if sys.platform != "win32":  # there it would let two programs share a port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except OSError as error:
            return error.errno not in _TAKEN
    return True


def _is_taken(error: ConnectError) -> bool:
    """Whether another address may do: this one is in use, or the system does not have it."""
    cause = error.__cause__
    return isinstance(cause, OSError) and cause.errno in _TAKEN
