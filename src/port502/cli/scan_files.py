"""What a scan leaves behind, and what it is compared with: inventories, address sheets, site files."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from difflib import unified_diff
from pathlib import Path

from port502.cli.ask import check_consent, confirm
from port502.cli.finding_view import change_lines
from port502.cli.output import printable, say
from port502.cli.own_maps import with_own_maps
from port502.cli.secure import Secure
from port502.commission.address_sheet import (
    is_sheet,
    known_rows,
    merged_sheet,
    read_address_sheet,
    write_address_sheet,
)
from port502.commission.discovered import Addition, additions_of, site_with
from port502.discover.changes import Known, Place, compare, known_of
from port502.discover.found import Inventory
from port502.discover.inventory import inventory_json, parse_inventory
from port502.errors import ConfigError, UsageError
from port502.site.tree import MOST_BYTES

SITES = (".yaml", ".yml")
INVENTORY = ".json"
MOST_INVENTORY = 256 << 20


def check_save(path: Path | None, *, yes: bool) -> None:
    """Before anything is sent: raises UsageError for a file whose name does not say what is to be saved, and for one
    that is there and would have to be asked for, where nobody can be asked.
    """
    if path is None:
        return
    if path.suffix.lower() not in (*SITES, INVENTORY) and not is_sheet(path):
        raise UsageError(
            f"--save {path}: its ending says what is saved: .yaml a site file, .json an inventory, .csv or .xlsx an"
            " address sheet"
        )
    if path.parent != Path() and not path.parent.is_dir():
        raise UsageError(f"--save {path}: there is no folder {path.parent}")
    if path.exists():
        check_consent(yes=yes)


def read_known(path: Path) -> list[Known]:
    """The units that an inventory or an address sheet knows; raises UsageError, ConfigError, SiteFileError."""
    if not path.exists():
        raise UsageError(f"--diff {path}: there is no such file")
    if is_sheet(path):
        return known_rows(read_address_sheet(path).rows)
    if path.suffix.lower() != INVENTORY:
        raise UsageError(f"--diff {path}: an inventory (.json) or an address sheet (.csv, .xlsx) is expected")
    return known_of(read_inventory(path))


def read_inventory(path: Path) -> Inventory:
    """The inventory that a scan saved; raises ConfigError, OSError."""
    if path.stat().st_size > MOST_INVENTORY:
        raise ConfigError(f"{path} is larger than {MOST_INVENTORY >> 20} MiB")
    try:
        told = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: this is no JSON: {error}") from None
    return parse_inventory(told)


def save(
    path: Path,
    inventory: Inventory,
    *,
    yes: bool,
    quiet: bool,
    secure: Secure | None = None,
    looked_at: Callable[[Place], bool] = lambda _: False,
) -> None:
    """Save what was found in the form that the file's name asks for; an existing file is changed, after a question.

    ``secure`` are the files that tls:// was spoken with. Where a sheet and what was found differ, that is told first:
    as gone only what was ``looked_at``. Raises Declined, UsageError, ConfigError, OSError.
    """
    if path.suffix.lower() in SITES:
        secure = secure or Secure()
        additions = additions_of(inventory.devices, secure.arguments())
        add_to_site(path, additions, secure=secure, yes=yes, quiet=quiet)
        return
    if is_sheet(path):
        plan = read_address_sheet(path) if path.exists() else None
        sheet = merged_sheet(plan, inventory)
        if plan is not None:
            changes = compare(known_rows(plan.rows), known_of(inventory), looked_at)
            for line in change_lines(changes) if not quiet else ():
                say(f"port502: differs from {path}: {line}")
            confirm(f"bring {path} up to date? names, purposes and other columns stay", yes=yes)
        write_address_sheet(path, sheet)
        what = f"{len(sheet.rows)} rows"
    else:
        if path.exists():
            confirm(f"write {path} anew?", yes=yes)
        path.write_text(json.dumps(inventory_json(inventory), ensure_ascii=False, indent=1) + "\n", "utf-8")
        what = f"{len(inventory.devices)} devices"
    if not quiet:
        say(f"port502: saved {path}: {what}")


def add_to_site(
    path: Path, additions: list[Addition], *, secure: Secure | None = None, yes: bool, quiet: bool
) -> bool:
    """Add devices to a site file, or make it; shows what changes and asks. False when nothing was to be added.

    Devices that describe themselves are asked for their maps, which are kept in files beside it.
    """
    before = _text_of(path) if path.exists() else None
    try:
        site_with(before, additions, path=path)  # refuses before anybody is asked for a map
        additions, maps = asyncio.run(with_own_maps(path, additions, secure or Secure()))
        after = site_with(before, additions, path=path)
    except UsageError as error:
        say(f"port502: {error}")
        return False
    if before is not None and not quiet:
        for line in unified_diff(
            before.splitlines(), after.splitlines(), str(path), f"{path} (new)", lineterm="", n=1
        ):
            say(printable(line))
    if before is not None:
        confirm(f"change {path} so?", yes=yes)
    for file, text in maps.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        if not quiet:
            say(f"port502: saved {file}: the map that the device makes of itself")
    path.write_text(after, "utf-8")
    if not quiet:
        say(f"port502: saved {path}; port502 check {path} looks at it, port502 run {path} collects it")
    return True


def _text_of(path: Path) -> str:
    if path.stat().st_size > MOST_BYTES:
        raise ConfigError(f"{path} is larger than {MOST_BYTES >> 20} MiB")
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text") from None
