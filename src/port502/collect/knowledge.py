"""What the devices of a site have taught by refusing, kept in one file so that it is known after a restart."""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Iterable
from pathlib import Path

from port502.errors import ConfigError
from port502.registers.knowledge import Knowledge

log = logging.getLogger("port502.collect")

VERSION = 1


class KnowledgeBook:
    """The knowledge of each device by its name; without a path it is forgotten at the end."""

    def __init__(self, path: str | Path | None = None) -> None:
        self.path = Path(path) if path is not None else None
        self._devices: dict[str, Knowledge] = {}
        self._saved: dict[str, int] = {}
        if self.path is not None:
            self._load(self.path)

    def of(self, device: str) -> Knowledge:
        """What is known about a device; one object for all who ask."""
        found = self._devices.get(device)
        if found is None:
            found = self._devices[device] = Knowledge()
        return found

    def keep(self, devices: Iterable[str]) -> None:
        """Forget all devices but these."""
        wanted = set(devices)
        for device in [name for name in self._devices if name not in wanted]:
            del self._devices[device]

    @property
    def changed(self) -> bool:
        """Whether there is something to save."""
        return self.path is not None and self._revisions() != self._saved

    def text(self) -> str:
        """Everything as JSON; it counts as saved from now on."""
        self._saved = self._revisions()
        devices = {name: json.loads(one.dumps()) for name, one in sorted(self._devices.items())}
        return json.dumps({"version": VERSION, "devices": devices}, indent=1) + "\n"

    def save(self, text: str) -> None:
        """Replace the file by ``text`` in one step, readable by its owner only; raises OSError."""
        if self.path is None:
            return
        temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self.path)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise

    def _revisions(self) -> dict[str, int]:
        return {name: one.revision for name, one in self._devices.items() if one.revision}

    def _load(self, path: Path) -> None:
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["version"] != VERSION:
                raise ValueError(f"version {content['version']} is not {VERSION}")
            for name, entry in content["devices"].items():
                self._devices[name] = Knowledge.loads(json.dumps(entry))
        except FileNotFoundError:
            return
        except (
            OSError,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            RecursionError,
            ConfigError,
        ) as error:
            log.warning("%s is not usable (%s): what devices refuse will be learned anew", path, error)
        self._saved = self._revisions()
