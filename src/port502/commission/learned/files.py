"""All files that a lesson makes, by their paths, and their writing: all of them, whole, or none."""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from port502.commission.learned.asked import Server
from port502.commission.learned.inventory import inventory, inventory_csv
from port502.commission.learned.lesson import Lesson
from port502.commission.learned.plant_text import device_files, plant_text
from port502.commission.learned.site_text import site_text
from port502.commission.learned.texts import comment
from port502.errors import UsageError
from port502.guard.learn import propose
from port502.guard.seen import Recorder

INVENTORY, SHEET, SITE, REPLAY_SITE, POLICY, PLANT = (
    "inventory.json", "inventory.csv", "site.yaml", "site-replay.yaml", "policy.yaml", "plant.yaml",
)  # fmt: skip
ALWAYS = (INVENTORY, SHEET, SITE, REPLAY_SITE, POLICY, PLANT)
"""The files that every lesson makes."""

POLICIES = "policies"


def files_of(lesson: Lesson, *, values: bool = False) -> dict[str, str]:
    """The files by their paths in the folder; with ``values`` policies allow only values between those written."""
    asked = lesson.observer.asked
    servers = asked.servers
    found = {
        INVENTORY: json.dumps(inventory(lesson), indent=1) + "\n",
        SHEET: inventory_csv(lesson),
        SITE: site_text(lesson),
        REPLAY_SITE: site_text(lesson, replay=True),
        PLANT: plant_text(lesson),
    }
    names: dict[Server, str] = {(one.host, one.port): one.name for one in lesson.stations}
    about = "all servers together" if len(servers) > 1 else "the one server that was seen"
    if len(servers) > 1:
        about += f": a guard of one of them takes its own in {POLICIES}/"
        for server, recorder in servers.items():
            words = f"of {server[0]}:{server[1]}"
            found[f"{POLICIES}/{names[server]}.yaml"] = _policy(lesson, recorder, words, values=values)
    found[POLICY] = _policy(lesson, asked.together(), f"of {about}", values=values)
    return found | device_files(lesson)


def _policy(lesson: Lesson, recorder: Recorder, about: str, *, values: bool) -> str:
    head = comment(f"Allows what {', '.join(lesson.sources)} shows {about}.")
    return f"{head}\n{propose(recorder.seen, values=values, names=lesson.clients)}"


def check_folder(folder: Path, *, force: bool) -> None:
    """Before anything is read: raises UsageError for a folder that nothing can be put into."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"--out {folder}: this is a file; name a folder")
    if not folder.absolute().parent.is_dir():
        raise UsageError(f"--out {folder}: there is no folder {folder.absolute().parent}")
    _check_free(folder, ALWAYS, force=force)


def write_files(folder: Path, files: Mapping[str, str], *, force: bool) -> None:
    """Write the files into a folder, for their owner only; when it is interrupted or fails there are none of them.

    Raises UsageError for files that are there already, unless by ``force``; OSError.
    """
    _check_free(folder, files, force=force)
    parent = folder.absolute().parent
    staged = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=parent))
    try:
        for name, text in files.items():
            path = staged / name
            path.parent.mkdir(mode=0o700, exist_ok=True)
            with open(
                os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
            ) as file:
                file.write(text)
        with _undisturbed():
            if not folder.exists():
                staged.replace(folder)
                return
            for name in files:
                target = folder / name
                target.parent.mkdir(mode=0o700, exist_ok=True)
                (staged / name).replace(target)
    finally:
        with suppress(FileNotFoundError):
            shutil.rmtree(staged)


def _check_free(folder: Path, names: Mapping[str, str] | tuple[str, ...], *, force: bool) -> None:
    there = [name for name in names if (folder / name).exists()]
    if there and not force:
        many = f" and {len(there) - 1} more" if len(there) > 1 else ""
        raise UsageError(f"--out {folder}: {there[0]}{many} would be overwritten; --force does so")


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C waits until the files stand in their places."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(signal.SIGINT)
