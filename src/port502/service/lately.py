"""How much happens per second lately, told from totals that somebody looks at now and then."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Hashable

LOOKS = 10
"""So many looks are what *lately* means."""

MOST = 4096
"""So many things are looked at; beyond it all of them begin anew."""


class Lately:
    """Rates by name, each over its last looks; times are monotonic seconds."""

    def __init__(self, looks: int = LOOKS) -> None:
        self._looks = looks
        self._past: dict[Hashable, deque[tuple[float, float]]] = {}

    def note(self, name: Hashable, total: float, now: float) -> float:
        """Look at a total that only grows; gives the rate up to now."""
        past = self._past.get(name)
        if past is None:
            if len(self._past) >= MOST:
                self._past.clear()
            past = self._past[name] = deque(maxlen=self._looks)
        past.append((now, total))
        return self.of(name)

    def of(self, name: Hashable) -> float:
        """The rate at the last look; 0 before the second one."""
        past = self._past.get(name)
        if past is None:
            return 0.0
        (began, before), (now, total) = past[0], past[-1]
        return (total - before) / (now - began) if now > began else 0.0

    def keep(self, names: Collection[Hashable]) -> None:
        """Forget all others."""
        self._past = {name: past for name, past in self._past.items() if name in names}
