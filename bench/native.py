"""The C programs of the bench, compiled when they are first wanted."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

from bench.errors import NotMeasured

ROOT = Path(__file__).resolve().parent.parent
SOURCES = Path(__file__).resolve().parent / "c"
BUILD = ROOT / "build" / "bench"


@cache
def program(name: str) -> str:
    """The path of a compiled program; raises NotMeasured where compiler or library are missing."""
    source, target = SOURCES / f"{name}.c", BUILD / name
    newest = max(source.stat().st_mtime, (SOURCES / "wire.h").stat().st_mtime)
    if target.exists() and target.stat().st_mtime >= newest:
        return str(target)
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise NotMeasured("no C compiler (Debian package gcc)")
    BUILD.mkdir(parents=True, exist_ok=True)
    command = [compiler, "-O2", "-Wall", "-Wextra", "-o", str(target), str(source)]
    if "<modbus.h>" in source.read_text(encoding="utf-8"):
        command += _libmodbus_flags()
    built = subprocess.run(command, capture_output=True, text=True)
    if built.returncode != 0:
        raise NotMeasured(f"{source.name} does not compile:\n{built.stderr}")
    return str(target)


def _libmodbus_flags() -> list[str]:
    try:
        answer = subprocess.run(
            ["pkg-config", "--cflags", "--libs", "libmodbus"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        raise NotMeasured(
            "no libmodbus to compile with (Debian packages libmodbus-dev, pkg-config)"
        ) from None
    return answer.stdout.split()
