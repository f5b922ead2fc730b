"""What the program says while it works: log records as calm lines on stderr."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from port502.cli.output import printable

LOGGERS = ("port502", "asyncio", "nicegui")
_LEVELS = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO}


class Lines(logging.Handler):
    """Hands each record on as one line of text, an exception as its name and words."""

    def __init__(self, write: Callable[[str], object] | None = None) -> None:
        super().__init__()
        self._write = write or _to_stderr

    def emit(self, record: logging.LogRecord) -> None:
        try:
            first, *_ = record.getMessage().splitlines() or [""]
            error = record.exc_info[1] if record.exc_info else None
            why = f": {type(error).__name__}: {error}" if error is not None else ""
            clock = time.strftime("%H:%M:%S", time.localtime(record.created))
            self._write(printable(f"{clock} {record.levelname.lower()}: {first}{why}"))
        except Exception:
            self.handleError(record)


@contextmanager
def logging_to(
    write: Callable[[str], object] | None = None, *, verbosity: int = 0, quiet: bool = False
) -> Iterator[None]:
    """While inside, log records go to stderr, or to ``write``: warnings, with -v what happens, with -vv all."""
    handler = Lines(write)
    level = _LEVELS.get(-1 if quiet else verbosity, logging.DEBUG)
    loggers = [logging.getLogger(name) for name in LOGGERS]
    before = [(logger, logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(level)
        logger.propagate = False
    try:
        yield
    finally:
        for logger, old, propagate in before:
            logger.removeHandler(handler)
            logger.setLevel(old)
            logger.propagate = propagate


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 (this is where the program speaks)
