"""``python -m tools.maps FACTS OUTPUT``: write every map of the facts and report what was left out."""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from pathlib import Path

from port502.registers.values import TYPES
from tools.maps.facts import Entry, read_entries
from tools.maps.families import left_out, place_of
from tools.maps.fingerprints import read_rules
from tools.maps.mending import mend
from tools.maps.merge import OTHERWISE, Merged, merge
from tools.maps.renamed import NOTES
from tools.maps.writing import map_text

FEWEST = 3
GENERATIONS = "not every model of the family has every point"


def main() -> int:
    """Convert, and print the report."""
    parser = argparse.ArgumentParser(prog="python -m tools.maps", description=__doc__)
    parser.add_argument("facts", type=Path, help="folder with devices.jsonl")
    parser.add_argument("output", type=Path, help="folder of the library")
    parser.add_argument("--only", default="", help="only the maps whose name starts with this")
    arguments = parser.parse_args()
    rules = read_rules(arguments.facts / "fingerprints.jsonl")
    families: dict[str, list[Entry]] = defaultdict(list)
    for entry in read_entries(arguments.facts / "devices.jsonl"):
        entry.fingerprint += rules.get(entry.id, [])
        entry = mend(entry)
        families[entry.family].append(entry)
    written: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    for family, entries in sorted(families.items()):
        reason, merged = convert(family, entries)
        if reason:
            if reason != "SunSpec model":
                print(f"left out: {family}: {reason}")
            continue
        dropped += merged.dropped
        place = place_of(family, entries)
        if not place.name.startswith(arguments.only):
            continue
        path = arguments.output / place.maker / f"{place.family}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text_of(family, entries, merged), encoding="utf-8")
        written[entries[0].category] += 1
    for category, count in written.most_common():
        print(f"{count:4} {category}")
    print(f"{sum(written.values()):4} maps; points left out: {dict(dropped.most_common())}")
    return 0


def convert(family: str, entries: list[Entry]) -> tuple[str, Merged]:
    """Why a family is left out, or empty, and its points."""
    if reason := left_out(family, entries):
        return reason, Merged()
    merged = merge(sound(entries), frozenset(TYPES), meter=entries[0].category == "energy_meter")
    if len(merged.points) < FEWEST:
        return f"only {len(merged.points)} sound points ({dict(merged.dropped)})", merged
    return "", merged


def sound(entries: list[Entry]) -> list[Entry]:
    """The entries without those from memory."""
    return [entry for entry in entries if not entry.evidence.startswith("recall")]


def text_of(family: str, entries: list[Entry], merged: Merged) -> str:
    """The YAML of a family's map."""
    kept = sound(entries)
    notes = [*dict.fromkeys(entry.notes for entry in kept if entry.notes), *NOTES.get(family, ())]
    if any(fact.applies_to for entry in kept for fact in entry.facts):
        notes.append(GENERATIONS)
    if count := merged.dropped[OTHERWISE]:
        notes.append(f"{count} registers that mean different things on different models are left out")
    if any(point.fact.negated for point in merged.points.values()):
        notes.append(
            "a source counts some powers and currents with the opposite sign; the map keeps the device's"
        )
    return map_text(
        place_of(family, entries), entries[0].category, status_of(kept, merged), kept, merged, notes
    )


def status_of(entries: list[Entry], merged: Merged) -> str:
    """How well a map is founded: by a manual's page and a second source, by two repositories, or by one."""
    repositories = {entry.source["repo"] for entry in entries}
    agreeing = any(point.fact.agree > 0 for point in merged.points.values())
    paged = any(entry.evidence.startswith("page") for entry in entries)
    if paged and len(repositories) > 1:
        return "verified"
    return "corroborated" if agreeing and len(repositories) > 1 else "single-source"


if __name__ == "__main__":
    sys.exit(main())
