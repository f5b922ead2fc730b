"""Reports as pages that one can send: HTML, Markdown, PDF."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from port502.discover.pages.html import html
from port502.discover.pages.markdown import markdown
from port502.discover.pages.page import Page
from port502.discover.pages.pdf import pdf
from port502.errors import ConfigError, UsageError

WRITERS: dict[str, Callable[[Page], bytes]] = {
    ".html": lambda page: html(page).encode(),
    ".htm": lambda page: html(page).encode(),
    ".md": lambda page: markdown(page).encode(),
    ".pdf": pdf,
}


def check_path(path: Path) -> None:
    """Raises UsageError unless the name's ending is one that can be written."""
    if path.suffix.lower() not in WRITERS:
        raise UsageError(f"{path}: a report is .html, .md or .pdf")


def write_page(page: Page, path: Path) -> None:
    """Write the page in the form that the name's ending asks for; raises UsageError, ConfigError."""
    check_path(path)
    data = WRITERS[path.suffix.lower()](page)
    try:
        path.write_bytes(data)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror or error}") from error
