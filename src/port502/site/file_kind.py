"""What kind of file this is, by the first of its keys that tells."""

from __future__ import annotations

from port502.site.document import Document

SITE = "site"
DEVICE = "device"
MAP = "map"
PLANT = "plant"
POLICY = "policy"
BASELINE = "baseline"
UNKNOWN = "unknown"

KINDS = (SITE, DEVICE, MAP, PLANT, POLICY, BASELINE)
"""The kinds of files that a user writes."""

FIRST_KEYS = {
    "site": SITE,
    "connections": SITE,
    "devices": SITE,
    "device": DEVICE,
    "default": POLICY,
    "rules": POLICY,
    "map": MAP,
    "plant": PLANT,
    "baseline": BASELINE,
}
"""What a file is, by the first of its keys that tells; device files and policies may have a map."""

_SURE = (DEVICE, PLANT, BASELINE)


def kind_of(document: Document) -> str:
    """One of ``KINDS`` or ``unknown``, by the first key that tells."""
    keys = document.data if isinstance(document.data, dict) else {}
    for kind in _SURE:
        if kind in keys:
            return kind
    if "rules" in keys and SITE not in keys:
        return POLICY
    return next((FIRST_KEYS[key] for key in keys if key in FIRST_KEYS), UNKNOWN)
