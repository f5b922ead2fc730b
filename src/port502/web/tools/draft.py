"""A site file being edited: checked as it is typed, compared with what runs, and put in place whole or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import unified_diff
from pathlib import Path

from port502.errors import Port502Error, UsageError
from port502.site.build import Site, understand_site
from port502.site.difference import Difference, difference
from port502.site.document import Document, read_document
from port502.site.faults import ERROR, Fault, SiteFileError
from port502.site.forecast import ConnectionForecast, forecast
from port502.site.running import Running

MOST_TEXT = 512 * 1024
MOST_DIFF = 400
AROUND = 2
ALONE = Path("/nonexistent/site.yaml")
"""Where a text that belongs to no site is taken to lie: no other file is read for it."""


@dataclass(frozen=True, slots=True)
class Text:
    """A site file as it lies there; ``digest`` tells whether somebody changed it since."""

    name: str
    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What is to be said of a draft: its faults, what it will ask, and how it differs.

    ``change`` is what a reload would start and stop, None where the draft is not valid or nothing runs. ``diff`` are
    the lines of a unified diff to the file as it lies there.
    """

    faults: tuple[Fault, ...]
    plan: tuple[ConnectionForecast, ...] = ()
    change: Difference | None = None
    diff: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether it can be used."""
        return not any(fault.severity == ERROR for fault in self.faults)


def digest_of(text: str) -> str:
    """A fingerprint of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


async def read_text(running: Running) -> Text:
    """The file of a running site; raises SiteFileError where it cannot be read."""
    path = running.site.path
    text = await asyncio.to_thread(_read, path)
    return Text(path.name, text, digest_of(text))


async def check(
    text: str, running: Running | None = None, measured: Mapping[str, float] | None = None
) -> Checked:
    """What is wrong with a draft, and what it would do; raises UsageError for a text that is too long.

    Secrets stay hidden in all that is said. Where no site runs, nothing is looked up in files or the environment.
    """
    if len(text) > MOST_TEXT:
        raise UsageError(f"a site file edited here has at most {MOST_TEXT >> 10} KiB")
    if running is None:
        return await asyncio.to_thread(_check, text, None, {})
    return await asyncio.to_thread(_check, text, running.site, measured or {})


async def apply(text: str, basis: str, running: Running) -> Difference:
    """Put a draft in the place of the site file, and have the site read it; the old file is kept beside it.

    ``basis`` is the digest of the text that the draft was made of. Raises SiteFileError for a draft with faults,
    UsageError where the file has changed since or cannot be written, and what the site raises: then all is as before.
    """
    checked = await check(text, running)
    if not checked.valid:
        raise SiteFileError(checked.faults)
    path = running.site.path.resolve()
    before = await asyncio.to_thread(_read, path)
    if digest_of(before) != basis:
        raise UsageError(f"{path.name} was changed since you opened it: reload the page, and change it again")
    await asyncio.to_thread(_replace, path, text, keep=True)
    try:
        return await running.reload()
    except Port502Error:
        await asyncio.to_thread(_replace, path, before, keep=False)
        with contextlib.suppress(Port502Error):  # what ran before runs on
            await running.reload()
        raise


def _check(text: str, site: Site | None, measured: Mapping[str, float]) -> Checked:
    document = Document(site.path if site is not None else ALONE, text, None if site is not None else {})
    found, all_faults = understand_site(document)
    faults = _sayable(all_faults, {document.path, *(site.sheets if site is not None else ())})
    diff = _diff(_read(site.path), text) if site is not None else ()
    if found is None:
        return Checked(faults, diff=diff)
    change = difference(site, found) if site is not None else None
    return Checked(faults, forecast(found, measured), change, diff)


def _sayable(faults: tuple[Fault, ...], known: set[Path]) -> tuple[Fault, ...]:
    """The faults, without what stands in files that a draft names and the running site does not.

    Else a draft could be written that reads any sheet or YAML file of this machine to whoever may check drafts.
    """
    names = {str(path) for path in known}
    elsewhere = "what is wrong in it is told on the machine itself: port502 check"
    return tuple(
        dict.fromkeys(
            fault
            if fault.file in names
            else replace(fault, line=0, column=0, key_path="", message=f"{fault.file}: {elsewhere}", hint="")
            for fault in faults
        )
    )


def _diff(before: str, after: str) -> tuple[str, ...]:
    lines = unified_diff(before.splitlines(), after.splitlines(), "runs", "draft", lineterm="", n=AROUND)
    found = [line for number, line in enumerate(lines) if number > 1]
    if len(found) > MOST_DIFF:
        found[MOST_DIFF:] = [f"@@ and {len(found) - MOST_DIFF:,} more lines @@"]
    return tuple(found)


def _read(path: Path) -> str:
    read_document(path, {})  # says what is wrong with a file that cannot be read
    return path.read_bytes().decode("utf-8-sig")


def _replace(path: Path, text: str, *, keep: bool) -> None:
    """Write a file whole or not at all, with the mode and owner that it had; ``keep`` the old one beside it."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        old = path.stat()
        if keep:
            stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
            _write(path.with_name(f"{path.name}.bak-{stamp}"), path.read_bytes(), old)
        _write(part, text.encode(), old)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise UsageError(
            f"{path.name} cannot be written: {error.strerror or error}; nothing was changed"
        ) from error


def _write(path: Path, content: bytes, old: os.stat_result) -> None:
    path.unlink(missing_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(file, "wb", closefd=False) as out:
            out.write(content)
        if os.name == "posix":
            os.fchmod(file, stat.S_IMODE(old.st_mode))
            with contextlib.suppress(PermissionError):  # only root may give files away
                os.fchown(file, old.st_uid, old.st_gid)
        os.fsync(file)
    finally:
        os.close(file)
