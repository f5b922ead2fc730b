"""What changed between two readings of a site file, so that a reload touches nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from port502.site.build import Site


@dataclass(frozen=True, slots=True)
class Difference:
    """Names of connections that came, went, changed or stayed as they are; ``others`` names what else changed."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.others)

    def __str__(self) -> str:
        told = [
            f"{what}: {', '.join(names)}"
            for what, names in (
                ("new", self.added),
                ("gone", self.removed),
                ("changed", self.changed),
                ("also changed", self.others),
            )
            if names
        ]
        return "; ".join(told) or "nothing changed"


def difference(old: Site, new: Site) -> Difference:
    """What a reload from ``old`` to ``new`` has to start, stop and restart; what is kept goes on running."""
    before = {connection.name: connection for connection in old.connections}
    after = {connection.name: connection for connection in new.connections}
    both = [name for name in after if name in before]
    return Difference(
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        changed=tuple(name for name in both if before[name] != after[name]),
        kept=tuple(name for name in both if before[name] == after[name]),
        others=tuple(
            what
            for what in ("name", "timezone", "history", "listeners", "alarms", "notify", "web")
            if getattr(old, what) != getattr(new, what)
        ),
    )
