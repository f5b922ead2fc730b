"""``import port502`` needs the standard library alone and loads nothing heavy."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = str(Path(__file__).parents[1] / "src")
THIRD_PARTY = {
    "ruamel",
    "pydantic",
    "typer",
    "click",
    "rich",
    "openpyxl",
    "serialx",
    "uvloop",
    "cryptography",
}
HEAVY = {"asyncio", "ssl", "socket", "sqlite3", "logging", "inspect"}


def python(code: str) -> str:
    """Run code in an interpreter that sees the standard library and our sources, and no site-packages."""
    program = f"import sys; sys.path.insert(0, {SOURCE!r})\n{code}"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", "-c", program], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def modules_after(code: str) -> set[str]:
    loaded: list[str] = json.loads(python(f"{code}\nimport json; print(json.dumps(sorted(sys.modules)))"))
    return {name.partition(".")[0] for name in loaded}


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert not modules_after("import port502") & (HEAVY | THIRD_PARTY)


@pytest.mark.parametrize(
    "room",
    [
        "errors",
        "protocol",
        "registers",
        "service",
        "transport",
        "simulate",
        "gateway",
        "discover",
        "traffic",
        "collect",
        "history",
        "outputs",
    ],
)
def test_every_room_of_the_base_install_needs_the_standard_library_only(room: str) -> None:
    code = (
        "import importlib, pkgutil\n"
        f"package = importlib.import_module('port502.{room}')\n"
        "paths = getattr(package, '__path__', [])\n"
        f"names = [found.name for found in pkgutil.walk_packages(paths, 'port502.{room}.')]\n"
        "for name in names: importlib.import_module(name)\n"
    )
    assert not modules_after(code) & THIRD_PARTY
