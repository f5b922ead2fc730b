"""The machine under the numbers: its cores, and the facts that belong beside a result."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sqlite3
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def cores() -> tuple[int, int]:
    """The core for what is measured and the one for its counterpart (the same where there is only one)."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[0], usable[-1]


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """Everything started inside runs on one core, from its first instruction (children inherit it)."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def facts() -> dict[str, str]:
    """What a reader needs to judge the numbers; no names of hosts, users or paths."""
    return {
        "cores": str(len(os.sched_getaffinity(0))),
        "processor": _processor(),
        "kernel": f"{platform.system()} {platform.release().split('-')[0]}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "port502": _version("port502"),
        "libmodbus": _libmodbus(),
        "pymodbus": _version("pymodbus"),
        "uvloop": _version("uvloop"),
        "SQLite": sqlite3.sqlite_version,
        "load before the run": f"{os.getloadavg()[0]:.2f}",
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.machine()


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _libmodbus() -> str:
    try:
        answer = subprocess.run(
            ["pkg-config", "--modversion", "libmodbus"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "not installed"
    return answer.stdout.strip()
