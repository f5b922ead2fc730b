"""A site file out of what was found in the field, and devices added to one that is there, its comments kept."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from port502.discover.candidates import SUNSPEC
from port502.discover.found import FoundDevice, FoundUnit
from port502.errors import ConfigError, UsageError
from port502.site.document import Document
from port502.transport.url import DEFAULT_PORTS, parse_url

WIDTH = 110
LONGEST_NAME = 40
FILES = ("certificate", "key", "authority", "crl")
"""The settings of a connection that name files, as seen from the folder of the site file."""


@dataclass(frozen=True, slots=True)
class Addition:
    """A unit that is to be collected: ``map`` is empty where none is known, ``ref`` is what to read then."""

    url: str
    unit: int
    title: str = ""
    name: str = ""
    map: str = ""
    ref: str = ""
    gateway: bool = False
    tolerate: tuple[str, ...] = ()
    describes_itself: bool = False
    tls: Mapping[str, Path] = field(default_factory=dict)


def additions_of(devices: Iterable[FoundDevice], tls: Mapping[str, Path] | None = None) -> list[Addition]:
    """What can be collected of the devices that a scan found; ``tls`` are the files that tls:// was spoken with."""
    return [addition_of(device, unit, tls=tls) for device in devices for unit in device.devices]


def addition_of(
    device: FoundDevice, unit: FoundUnit, name: str = "", tls: Mapping[str, Path] | None = None
) -> Addition:
    """One unit of a device."""
    own_chain = unit.map == SUNSPEC
    readable = f"holding:{unit.sunspec_base}" if own_chain else unit.readable
    return Addition(
        device.url,
        unit.unit,
        unit.title,
        name or device.name.partition(".")[0],
        "" if own_chain else unit.map,
        readable,
        device.gateway,
        device.tolerate,
        own_chain,
        dict(tls or {}) if device.scheme == "tls" else {},
    )


def site_with(text: str | None, additions: Sequence[Addition], *, path: Path) -> str:
    """The text of a site file with these devices added; without a text, of a new one.

    Raises ConfigError for a text that is no site file, UsageError for devices that are all in it already.
    """
    yaml = _yaml()
    site = _loaded(yaml, text, path) if text is not None and text.strip() else _new(yaml, path)
    connections, devices = _section(site, "connections"), _section(site, "devices")
    fresh = 0
    for one in additions:
        connection = _connection(connections, one, path.parent)
        if any(
            entry.get("connection") == connection and entry.get("unit", 1) == one.unit
            for entry in devices.values()
            if isinstance(entry, dict)
        ):
            continue
        fresh += 1
        name = _free(_slug(one), devices, one.unit)
        devices[name] = _device(connection, one)
        _remark(devices, name, one)
    if additions and not fresh:
        raise UsageError(f"{path} has {'this device' if len(additions) == 1 else 'all of these'} already")
    out = io.StringIO()
    yaml.dump(site, out)
    return out.getvalue()


def _yaml() -> Any:
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _loaded(yaml: Any, text: str, path: Path) -> Any:
    """The file for changing, after our own reader, which has bounds, has accepted it."""
    document = Document(path, text)
    if not document.readable or not isinstance(document.data, dict) or "site" not in document.data:
        raise ConfigError(f"{path} is no site file; port502 check {path} tells what is wrong")
    return yaml.load(text)


def _new(yaml: Any, path: Path) -> Any:
    name = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "site"
    return yaml.load(f"site: {name}\n\nconnections: {{}}\n\ndevices: {{}}\n")


def _section(site: Any, key: str) -> Any:
    """A mapping of the file in block style, made where there is none or an empty one."""
    if not site.get(key):
        from ruamel.yaml.comments import CommentedMap

        site[key] = CommentedMap()
    if not isinstance(site[key], dict):
        raise ConfigError(f"{key} of the site file is no list of names with their settings")
    return site[key]


def _connection(connections: Any, one: Addition, folder: Path) -> str:
    """The name of the connection to a place, made where there is none."""
    for name, entry in connections.items():
        if isinstance(entry, dict) and _same_place(str(entry.get("url", "")), one.url):
            return str(name)
    name = _free(f"{'gateway' if one.gateway else 'at'}-{_place(one.url)}", connections)
    settings: dict[str, Any] = {"url": one.url}
    if one.gateway:
        settings["gateway"] = True
    if one.tolerate:
        settings["tolerate"] = list(one.tolerate)
    for key, file in one.tls.items():
        settings[key] = os.path.relpath(file, folder) if key in FILES else str(file)
    connections[name] = _flow(settings)
    return name


def _place(url: str) -> str:
    """A host and, unless it is the usual one, its port as a part of a name."""
    target = parse_url(url)
    port = "" if target.port == DEFAULT_PORTS[target.scheme] else f"-{target.port}"
    return re.sub(r"[^a-z0-9]+", "-", f"{target.host.lower()}{port}").strip("-")


def _same_place(one: str, other: str) -> bool:
    try:
        return parse_url(one) == parse_url(other)
    except UsageError:
        return False


def _device(connection: str, one: Addition) -> Any:
    settings: dict[str, Any] = {"connection": connection, "unit": one.unit}
    if one.map:
        settings["map"] = one.map
    elif one.describes_itself:
        settings["points"] = _flow({"sunspec": _flow({"ref": one.ref, "type": "string", "length": 2})})
    elif one.ref:
        settings["points"] = _flow({one.ref.replace(":", "_"): _flow({"ref": one.ref})})
    return _flow(settings)


def _remark(devices: Any, name: str, one: Addition) -> None:
    """What was found, beside the device; and where no map is known, what to do about it."""
    title = "".join(sign if sign.isprintable() else " " for sign in one.title)
    words = [" ".join(title.split())] if title.strip() else []
    if one.describes_itself:
        words.append(f"describes itself: port502 maps import {one.url} --unit {one.unit} makes its map")
    elif not one.map:
        words.append("no map known: port502 maps search finds one, or name its points here")
    if words:
        lines = [word[:WIDTH] for word in words]
        devices.yaml_set_comment_before_after_key(name, before="\n".join(lines), indent=2)


def _flow(settings: dict[str, Any]) -> Any:
    from ruamel.yaml.comments import CommentedMap

    made = CommentedMap(settings)
    made.fa.set_flow_style()
    return made


def _slug(one: Addition) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", (one.name or one.title).lower()).strip("-")
    if not words:
        words = f"device-{_place(one.url)}"
    if not words[0].isalpha():
        words = f"device-{words}"
    return words[:LONGEST_NAME].rstrip("-")


def _free(name: str, taken: Any, unit: int | None = None) -> str:
    """A name that nobody has yet."""
    if name not in taken:
        return name
    if unit is not None and f"{name}-unit-{unit}" not in taken and unit != 1:
        return f"{name}-unit-{unit}"
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"
