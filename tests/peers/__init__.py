"""Modbus programs and libraries that nobody here wrote: how each is started, driven and stopped.

Every wrapper begins with one of the ``need_*`` calls below: where the peer is not installed the test skips
loudly, naming the peer and the package that gives it. With ``PORT502_PEERS=required`` it fails instead.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
from pathlib import Path

import pytest

MISSING = "peer missing: "
"""The beginning of every skip reason that a missing peer causes."""

CACHE = Path(__file__).parents[2] / ".cache" / "peers"
"""Where ``make peers`` puts what comes from npm."""


def absent(peer: str, package: str) -> None:
    """Skip the test for want of ``peer``, or fail it where peers are required."""
    reason = f"{MISSING}{peer} ({package})"
    if os.environ.get("PORT502_PEERS") == "required":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def need_program(name: str, package: str) -> str:
    """The path of a program, or a loud skip."""
    path = shutil.which(name)
    if path is None:
        absent(name, package)
    assert path is not None
    return path


def need_module(name: str, package: str) -> None:
    """Return when a Python module can be imported, else skip loudly."""
    if importlib.util.find_spec(name) is None:
        absent(name, package)


def need_library(soname: str, package: str) -> ctypes.CDLL:
    """The loaded shared library, or a loud skip."""
    try:
        return ctypes.CDLL(soname, use_errno=True)
    except OSError:
        absent(soname, package)
        raise
