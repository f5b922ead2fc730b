"""What was decided by hand about single points, applied to an entry before anything else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tools.maps.facts import Entry
from tools.maps.renamed import APART, POINTS


def mend(entry: Entry) -> Entry:
    """The entry in its own family, with its points mended."""
    entry = replace(entry, family=APART.get(entry.id, entry.family))
    decisions = POINTS.get(entry.family)
    if not decisions:
        return entry
    facts = []
    for fact in entry.facts:
        changes: Any = decisions.get(fact.address, {})
        if changes is not None:
            facts.append(replace(fact, **changes))
    return replace(entry, facts=facts)
