"""Map files for devices that describe themselves, beside the site file that they are added to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from port502.cli.exits import Failed
from port502.cli.map_discovery import ask_map
from port502.cli.secure import Secure
from port502.cli.target import SUNSPEC, Asked
from port502.commission.discovered import Addition
from port502.errors import Port502Error
from port502.registers.maps.exchange.yaml_text import yaml_of


async def with_own_maps(
    site: Path, additions: Sequence[Addition], secure: Secure
) -> tuple[list[Addition], dict[Path, str]]:
    """The additions with the maps that SunSpec devices make of themselves, and the files to write for them.

    A device that does not tell its map again stays as it was. Equal maps share a file; a file that is there with
    another content is left alone.
    """
    files: dict[Path, str] = {}
    found = []
    for one in additions:
        if one.describes_itself:
            tls = secure if one.url.startswith("tls://") else Secure()
            try:
                kept, _ = await ask_map(Asked(one.url, one.unit, map=SUNSPEC, secure=tls), None, None, None)
            except (Failed, Port502Error):
                found.append(one)
                continue
            said = replace(
                kept,
                manufacturer=_line(kept.manufacturer),
                models=tuple(filter(None, map(_line, kept.models))),
            )
            name = _place(site.parent, kept.name, yaml_of(said), files)
            one = replace(one, map=name, describes_itself=False)
        found.append(one)
    return found, files


def _line(text: str) -> str:
    """What a device calls itself, as one line that a file may hold."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _place(folder: Path, name: str, text: str, files: dict[Path, str]) -> str:
    """The name of the file that holds a map, as the site file says it; the text is noted where it is to be written."""
    for number in range(1, 1000):
        relative = f"{name}{'' if number == 1 else f'-{number}'}.yaml"
        path = folder / relative
        known = files.get(path)
        if known is None and path.exists():
            known = path.read_text("utf-8")
        if known is None:
            files[path] = text
        if known in (None, text):
            return relative
    raise FileExistsError(17, "a thousand maps of that name are there already", str(folder / name))
