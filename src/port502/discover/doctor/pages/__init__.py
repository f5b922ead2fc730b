"""The report as a page that one can send to whoever makes or looks after the device: HTML, Markdown, PDF."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from port502.discover.doctor.pages.html import html
from port502.discover.doctor.pages.markdown import markdown
from port502.discover.doctor.pages.pdf import pdf
from port502.discover.doctor.report import Report
from port502.errors import ConfigError, UsageError

WRITERS: dict[str, Callable[[Report], bytes]] = {
    ".html": lambda report: html(report).encode(),
    ".htm": lambda report: html(report).encode(),
    ".md": lambda report: markdown(report).encode(),
    ".pdf": pdf,
}


def check_path(path: Path) -> None:
    """Raises UsageError unless the name's ending is one that can be written."""
    if path.suffix.lower() not in WRITERS:
        raise UsageError(f"{path}: a report is .html, .md or .pdf")


def write_report(report: Report, path: Path) -> None:
    """Write the page in the form that the name's ending asks for; raises UsageError, ConfigError."""
    check_path(path)
    data = WRITERS[path.suffix.lower()](report)
    try:
        path.write_bytes(data)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror or error}") from error
