"""Where a site's history is kept, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Keep:
    """The history of a site: ``path`` is a directory, ``keep`` seconds (None: until the disk budget is used).

    ``max_bytes`` bounds the spool; whichever of age and size bites first drops the oldest samples.
    """

    path: Path
    keep: float | None = 7 * DAY
    max_bytes: int = 2 << 30

    @property
    def file(self) -> Path:
        """The spool file inside the directory."""
        return self.path / "history.sqlite"
