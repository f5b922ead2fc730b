"""The lock on all writes as a file, so that it outlives the process: nothing but `unlock` takes it away."""

from __future__ import annotations

import json
import os
from pathlib import Path

from port502.errors import ConfigError

LOCKED = "locked"
"""Why writes are stopped where nobody said it."""


class LockFile:
    """Where a lock is kept."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> str:
        """Why writes are stopped; empty when they are not. A lock that cannot be read is a lock."""
        try:
            return str(json.loads(self.path.read_text(encoding="utf-8"))["why"]) or LOCKED
        except FileNotFoundError:
            return ""
        except (OSError, ValueError, KeyError, TypeError):
            return LOCKED

    def write(self, why: str, by: str = "") -> None:
        """Keep it; raises ConfigError when that cannot be done."""
        unfinished = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
        try:
            with open(unfinished, "w", encoding="utf-8") as file:
                json.dump({"why": why, "by": by}, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, self.path)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise ConfigError(
                f"all writes are stopped now, but a restart would free them: {self.path} cannot be written:"
                f" {error.strerror or error}"
            ) from error

    def remove(self) -> None:
        """Nothing is locked any more; raises ConfigError when that cannot be kept."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise ConfigError(
                f"writes stay stopped: {self.path} cannot be removed: {error.strerror or error}"
            ) from error
