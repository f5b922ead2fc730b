"""What the program says while it works: log records as calm lines on stderr."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from port502.cli.output import printable

LOGGER = "port502"
_LEVELS = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO}


class Lines(logging.Handler):
    """Hands each record on as one line of text."""

    def __init__(self, write: Callable[[str], object] | None = None) -> None:
        super().__init__()
        self._write = write or _to_stderr

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._write(f"{self._time(record)} {record.levelname.lower()}: {printable(record.getMessage())}")
        except Exception:
            self.handleError(record)

    @staticmethod
    def _time(record: logging.LogRecord) -> str:
        return logging.Formatter(datefmt="%H:%M:%S").formatTime(record, "%H:%M:%S")


def log_to(write: Callable[[str], object] | None = None, *, verbosity: int = 0, quiet: bool = False) -> Lines:
    """Send the records of port502 to stderr, or to ``write``: warnings, with -v what happens, with -vv all."""
    logger = logging.getLogger(LOGGER)
    handler = Lines(write)
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(_LEVELS.get(-1 if quiet else verbosity, logging.DEBUG))
    return handler


def unlog(handler: Lines) -> None:
    """Undo ``log_to``."""
    logger = logging.getLogger(LOGGER)
    logger.removeHandler(handler)
    logger.propagate = True


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 (this is where the program speaks)
