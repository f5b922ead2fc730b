"""Whether Ctrl-C ended this command: what goes on ends in peace then, and its exit code still says so."""

from __future__ import annotations

_came: list[bool] = []


def note() -> None:
    """Ctrl-C came."""
    _came[:] = [True]


def forget() -> None:
    """A command begins."""
    _came.clear()


def came() -> bool:
    """Whether Ctrl-C came since the command began."""
    return bool(_came)
