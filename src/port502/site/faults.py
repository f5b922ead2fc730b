"""What is wrong with a file a user wrote: each fault with its place, its reason and the way out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeAlias

from port502.errors import ConfigError

KeyPath: TypeAlias = tuple[str | int, ...]
"""Where something stands in a document: keys of mappings as text, positions in lists as numbers."""

ERROR = "error"
WARNING = "warning"

MOST_SHOWN = 200
"""How many faults an error's text lists; `SiteFileError.faults` always holds all of them."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in a file: ``line`` and ``column`` count from 1 (0: the file as a whole).

    ``key_path`` is the dotted path of the key, ``hint`` what to do about it, ``severity`` error or warning.
    """

    file: str
    line: int
    column: int
    key_path: str
    message: str
    hint: str = ""
    severity: str = ERROR

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        about = f" {self.key_path}:" if self.key_path else ("" if self.line else ":")
        kind = " warning:" if self.severity == WARNING else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{place}{about}{kind} {self.message}{hint}"


@dataclass(frozen=True, slots=True)
class Report:
    """What `check_file` found: ``kind`` is site, device or unknown; ``faults`` are sorted by their place."""

    kind: str
    faults: tuple[Fault, ...]

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults that keep the file from being used."""
        return tuple(fault for fault in self.faults if fault.severity == ERROR)

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """The faults that do not."""
        return tuple(fault for fault in self.faults if fault.severity == WARNING)

    @property
    def ok(self) -> bool:
        """Whether the file can be used."""
        return not self.errors


class SiteFileError(ConfigError):
    """A file of the user is not valid; ``faults`` holds everything wrong with it, warnings too."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = in_order(faults)
        errors = [str(fault) for fault in self.faults if fault.severity == ERROR]
        if len(errors) > MOST_SHOWN:
            errors[MOST_SHOWN:] = [f"and {len(errors) - MOST_SHOWN} more"]
        super().__init__("\n".join(errors))


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Each fault once, by file, then by place in it."""
    return tuple(sorted(dict.fromkeys(faults), key=lambda fault: (fault.file, fault.line, fault.column)))


def key_path_text(path: KeyPath) -> str:
    """A path as people write it: ``devices.pump-1.groups.live.points[2]``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def nearest(word: str, known: Iterable[str]) -> str:
    """``did you mean 'type'?`` when a known spelling is close, else all of them where they are few."""
    spellings = sorted(known)
    lower = {spelling.lower(): spelling for spelling in reversed(spellings)}
    found = get_close_matches(word.lower()[:100], lower, n=1, cutoff=0.6)
    if found:
        return f"did you mean {lower[found[0]]!r}?"
    return f"known here: {', '.join(spellings)}" if 0 < len(spellings) <= 16 else ""
