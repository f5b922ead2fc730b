"""A file of another kind than the command takes: said in one line, with the command that does take it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from port502.errors import UsageError
from port502.guard.policy import Policy
from port502.site.baseline_file import load_baseline
from port502.site.build import Site, load_site
from port502.site.document import read_document
from port502.site.faults import SiteFileError
from port502.site.file_kind import BASELINE, DEVICE, FIRST_KEYS, MAP, PLANT, POLICY, SITE, UNKNOWN, kind_of
from port502.site.policy_file import load_policy
from port502.traffic.findings.baseline import Baseline

_TAKEN_BY = {
    SITE: "port502 run {}",
    DEVICE: "port502 serve {}",
    MAP: "port502 serve {}",
    PLANT: "port502 simulate {}",
    POLICY: "port502 guard --policy {}",
    BASELINE: "port502 inspect CAPTURE --findings --baseline {}",
}


@contextmanager
def expecting(path: Path, *kinds: str) -> Iterator[None]:
    """Load a file of one of these kinds inside; raises UsageError where it turns out to be of another kind.

    A file that tells no kind, or the right one, keeps its own faults.
    """
    try:
        yield
    except SiteFileError:
        # Only a file that cannot be used is looked at again: the others cost nothing.
        found = _kind_in(path, kinds)
        if found in (UNKNOWN, *kinds):
            raise
        command = _TAKEN_BY[found].format(path)
        wanted = " or ".join(kinds)
        raise UsageError(
            f"{path} is a {found} file, but this takes a {wanted} file; `{command}` takes it"
        ) from None


def site_of(path: Path) -> Site:
    """The site of a site file; raises SiteFileError, and UsageError for a file of another kind."""
    with expecting(path, SITE):
        return load_site(path)


def policy_of(path: Path) -> Policy:
    """The policy of a policy file; raises SiteFileError, and UsageError for a file of another kind."""
    with expecting(path, POLICY):
        return load_policy(path)


def baseline_of(path: Path) -> Baseline:
    """What a baseline file says is usual; raises SiteFileError, and UsageError for a file of another kind."""
    with expecting(path, BASELINE):
        return load_baseline(path)


def _kind_in(path: Path, kinds: Sequence[str]) -> str:
    """The kind of a file; one that begins with the name of a wanted kind is of that, whatever else stands in it."""
    if not path.is_file():
        return UNKNOWN  # a pipe gives what it has once
    try:
        document = read_document(path)
    except SiteFileError:
        return UNKNOWN
    keys = document.data if isinstance(document.data, dict) else {}
    first = next((key for key in keys if key in FIRST_KEYS), "")
    return first if first in kinds else kind_of(document)
