"""Names of maps: ``maker/family`` in the library, or the path of a file of one's own."""

from __future__ import annotations

import re
from pathlib import Path

from port502.errors import UsageError
from port502.registers.values import shown

MAP_NAME_PATTERN = r"[a-z0-9][a-z0-9._-]{0,59}/[a-z0-9][a-z0-9._-]{0,99}"
SUFFIXES = (".yaml", ".yml")
LONGEST_PATH = 200

_NAME = re.compile(MAP_NAME_PATTERN)


def check_map_name(name: str) -> str:
    """The name, when it is ``maker/family`` in small letters, digits, ``.``, ``_`` and ``-``; else UsageError."""
    if not _NAME.fullmatch(name) or ".." in name:
        raise UsageError(f"{shown(name)} is no name of a map, such as eastron/sdm630")
    return name


def is_file_name(name: str) -> bool:
    """Whether a map is named by a file rather than by its name in the library."""
    return name.lower().endswith(SUFFIXES)


def own_path(name: str, base: Path) -> Path:
    """The file of a map of one's own, below ``base``.

    Raises UsageError for a path that is absolute, leaves the folder by ``..`` or holds characters no path has.
    """
    parts = name.replace("\\", "/").split("/")
    drive = re.match(r"[A-Za-z]:", name)
    if len(name) > LONGEST_PATH or not name.isprintable() or drive or not parts[0] or ".." in parts:
        raise UsageError(f"{shown(name)} is no path of a map: it is relative, such as mine/plc.yaml")
    return base.joinpath(*parts)
