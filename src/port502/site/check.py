"""Checking any file a user writes: what kind it is, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from port502.site.baseline_file import understand_baseline
from port502.site.build import understand_site
from port502.site.device_file import understand_device
from port502.site.document import read_document
from port502.site.faults import Report, SiteFileError, nearest
from port502.site.file_kind import BASELINE, DEVICE, KINDS, MAP, PLANT, POLICY, SITE, UNKNOWN, kind_of
from port502.site.map_file import understand_map
from port502.site.plant_file import understand_plant
from port502.site.policy_file import understand_policy

HINT = (
    "a file begins with what it is: 'site: NAME', 'device: NAME', 'map: NAME', 'plant: NAME', or, a policy,"
    " 'default: deny'"
)


def check_file(path: str | Path, environment: Mapping[str, str] | None = None) -> Report:
    """What kind of file this is and all its faults; a file that cannot be read is a fault too."""
    try:
        document = read_document(Path(path), environment)
    except SiteFileError as error:
        return Report(UNKNOWN, error.faults)
    kind = kind_of(document)
    if kind == SITE:
        return Report(SITE, understand_site(document)[1])
    if kind == DEVICE:
        return Report(DEVICE, understand_device(document)[1])
    if kind == MAP:
        return Report(MAP, understand_map(document)[1])
    if kind == PLANT:
        return Report(PLANT, understand_plant(document)[1])
    if kind == POLICY:
        return Report(POLICY, understand_policy(document)[1])
    if kind == BASELINE:
        return Report(BASELINE, understand_baseline(document)[1])
    faults = list(document.faults)
    if not faults or document.readable:
        first = next(iter(document.data), "") if isinstance(document.data, dict) else ""
        hint = nearest(first, KINDS) if first else ""
        if not hint.startswith("did you mean"):
            hint = HINT
        faults.append(
            document.fault((first,) if first else (), "nothing tells what file this is", hint, at_key=True)
        )
    return Report(UNKNOWN, tuple(faults))
