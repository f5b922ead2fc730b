"""Who made a network interface: the first half of its hardware address, looked up in a list of makers."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

FILE = "makers.csv"
"""Makers of what stands in plants: a part of the public listing of the IEEE Registration Authority."""

LISTINGS = tuple(
    Path(folder) / name
    for folder in ("/usr/share/ieee-data", "/var/lib/ieee-data")
    for name in ("oui36.csv", "mam.csv", "oui.csv")
)
"""The whole listing where the Debian package ieee-data is installed, the finest blocks first."""

LOCAL = 0x02
"""Set in the first byte of an address that nobody was given."""

_DIGITS = (9, 7, 6)


def maker_of(mac: str) -> str:
    """The maker of a hardware address such as ``00:80:f4:01:02:03``; empty where it is not known."""
    plain = mac.replace(":", "").replace("-", "").upper()
    if len(plain) != 12 or int(plain[:2], 16) & LOCAL:
        return ""
    known = _makers()
    return next((known[plain[:digits]] for digits in _DIGITS if plain[:digits] in known), "")


@cache
def _makers() -> dict[str, str]:
    """Beginnings of addresses, in hexadecimal digits, with their makers."""
    with files("port502.discover").joinpath(FILE).open(encoding="utf-8") as lines:
        found = dict(read_own(lines))
    for path in LISTINGS:
        try:
            with path.open(encoding="utf-8", errors="replace", newline="") as lines:
                found.update(read_listing(lines))
        except OSError:
            continue
    return found


def read_own(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The rows of our own list: beginning and maker; ``#`` begins a comment."""
    for row in csv.reader(line for line in lines if not line.startswith("#")):
        if len(row) == 2:
            yield row[0], row[1]


def read_listing(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The rows of the registration authority's listing: registry, assignment, organization, address."""
    for row in csv.reader(lines):
        if len(row) >= 3 and len(row[1]) in _DIGITS:
            yield row[1].upper(), " ".join(row[2].split())
