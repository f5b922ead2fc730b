"""Writing keys and certificates: several files together, each whole or not at all, none where another one stands."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from port502.errors import UsageError

PRIVATE, PUBLIC = 0o600, 0o644

_NEVER_PRIVATE = 0o027
"""What nobody but the owner may do with a key, except that its group may read it (``check_key_file``)."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """What a file shall hold, and the mode of one that is not there yet: ``PRIVATE`` or ``PUBLIC``."""

    path: Path
    data: bytes
    mode: int = PUBLIC


def create(files: Sequence[NewFile]) -> None:
    """Write files that are not there yet; raises UsageError, and writes none, where one is."""
    with _unfinished([(one.path, one) for one in files]) as parts:
        done: list[Path] = []
        try:
            for part, path in parts:
                _take_name(part, path)
                done.append(path)
        except FileExistsError:
            for made in done:
                made.unlink()
            raise UsageError(f"{path} is there already, and is not overwritten") from None


def _take_name(part: Path, path: Path) -> None:
    """Give a file a name that nothing has yet; raises FileExistsError."""
    try:
        os.link(part, path)  # unlike a rename, it fails where something has the name
    except FileExistsError:
        raise
    except OSError:  # a disk without links, such as a memory card
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        os.replace(part, path)


def replace(files: Sequence[NewFile]) -> None:
    """Put files in the place of those that have their names, if any, which keep their owner and mode.

    All are on the disk before the first takes its place. Where a name is a link, what it leads to is replaced.
    """
    with _unfinished([(Path(os.path.realpath(one.path)), one) for one in files]) as parts:
        for part, path in parts:
            os.replace(part, path)


@contextlib.contextmanager
def _unfinished(files: Sequence[tuple[Path, NewFile]]) -> Iterator[list[tuple[Path, Path]]]:
    """The files, written in full beside the places they shall have; what is left of them is removed."""
    parts: list[tuple[Path, Path]] = []
    try:
        for path, new in files:
            part = path.with_name(f".{path.name}.{os.getpid()}.part")
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
            parts.append((part, path))
            with open(descriptor, "wb") as file:
                _take_after(descriptor, path, new.mode)
                file.write(new.data)
                file.flush()
                os.fsync(file.fileno())
        yield parts
        for folder in {path.parent for _, path in parts}:
            _sync_folder(folder)
    finally:
        for part, _ in parts:
            with contextlib.suppress(FileNotFoundError):
                part.unlink()


def _take_after(descriptor: int, path: Path, mode: int) -> None:
    """Give a new file the mode that it shall have: of the file in its place, less what a key never allows."""
    if os.name != "posix":
        return
    try:
        old = path.stat()
    except FileNotFoundError:
        os.fchmod(descriptor, mode)
        return
    if (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
        with contextlib.suppress(PermissionError):
            os.fchown(descriptor, old.st_uid, old.st_gid)
    allowed = old.st_mode & 0o777
    os.fchmod(descriptor, allowed & ~_NEVER_PRIVATE if mode == PRIVATE else allowed)


def _sync_folder(folder: Path) -> None:
    """Names are on the disk too, where the system lets a folder be synced."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
