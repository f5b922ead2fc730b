"""Which techniques of MITRE ATT&CK for ICS a detection stands for, and what mitigates them: data that can be replaced.

The file (TOML) has the ``version`` of ATT&CK, names of ``techniques`` and ``mitigations`` by their ids, and under
``detections`` the ids that belong to each code.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from port502.errors import ConfigError

LARGEST: Final = 1 << 20
"""Bytes that such a file may have."""


@dataclass(frozen=True, slots=True)
class Named:
    """A technique or a mitigation: its id and what it is called."""

    id: str
    name: str

    def __str__(self) -> str:
        return f"{self.id} {self.name}" if self.name else self.id


@dataclass(frozen=True, slots=True)
class Attack:
    """What ATT&CK for ICS of that version says of our detections."""

    version: str
    _techniques: dict[str, tuple[Named, ...]] = field(default_factory=dict)
    _mitigations: dict[str, tuple[Named, ...]] = field(default_factory=dict)

    def techniques(self, code: str) -> tuple[Named, ...]:
        """What an attacker does who causes this finding; the first fits best."""
        return self._techniques.get(code, ())

    def mitigations(self, code: str) -> tuple[Named, ...]:
        """What helps against it."""
        return self._mitigations.get(code, ())


@cache
def own_attack() -> Attack:
    """The data that comes with this package."""
    return understood(files("port502.traffic.findings").joinpath("attack.toml").read_text(encoding="utf-8"))


def load_attack(path: Path) -> Attack:
    """The data of a file; raises ConfigError."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}") from None
    if len(data) > LARGEST:
        raise ConfigError(f"{path} has more than {LARGEST} bytes")
    try:
        return understood(data.decode())
    except (UnicodeDecodeError, ConfigError) as error:
        raise ConfigError(f"{path}: {error}") from None


def understood(text: str) -> Attack:
    """The data of a text; raises ConfigError."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"no TOML: {error}") from None
    version = said.get("version")
    if not isinstance(version, str) or not version:
        raise ConfigError('needs the version of ATT&CK: version = "18.1"')
    names = _names(said, "techniques") | _names(said, "mitigations")
    techniques, mitigations = {}, {}
    for code, ids in _table(said, "detections").items():
        if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
            raise ConfigError(f'detections: {code!r} is no list of ids such as ["T0855"]')
        found = [Named(one, names.get(one, "")) for one in ids]
        techniques[code] = tuple(one for one in found if one.id.startswith("T"))
        mitigations[code] = tuple(one for one in found if not one.id.startswith("T"))
    return Attack(version, techniques, mitigations)


def _names(said: dict[str, Any], key: str) -> dict[str, str]:
    return {one: str(name) for one, name in _table(said, key).items()}


def _table(said: dict[str, Any], key: str) -> dict[str, Any]:
    table = said.get(key, {})
    if not isinstance(table, dict):
        raise ConfigError(f"{key} is no table")
    return table
