"""The names of a device's points: harmonised where the meaning is clear, and unique over the whole chain."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from port502.registers.sunspec.harmony import FAMILIES, Family
from port502.registers.sunspec.model import COMMON_ID, Model

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WHOLE = {"So_C": "SoC", "So_H": "SoH", "Do_D": "DoD", "V_Ar": "VAr", "V_Ah": "VAh"}


@dataclass(frozen=True, slots=True)
class Named:
    """A point's unique name, its quantity and its phase; these are empty where they are not clear."""

    name: str
    quantity: str = ""
    phase: str = ""


def snake(name: str) -> str:
    """A SunSpec name in lower case with underscores: ``VRefAutoEna`` is ``v_ref_auto_ena``."""
    words = _WORDS.sub("_", name)
    for parted, whole in _WHOLE.items():
        words = words.replace(parted, whole)
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")


class Namer:
    """Gives the points of a chain of models (id, definition) their names.

    The points of the common model and of the chain's chief model, an inverter before a meter before a battery, go
    by their harmonised names alone (``active_power_total``). Those of further models carry what they belong to
    (``meter_active_power_total``, ``mppt_module_1_dc_power``), and whatever is not harmonised the model's name.
    """

    def __init__(self, chain: Sequence[tuple[int, Model | None]]) -> None:
        self.chain = chain
        self.chief = self._chief()
        self.prefixes = self._prefixes()
        self.own_names = self._own_names()
        self.taken: Counter[str] = Counter()

    def name(self, place: int, path: str) -> Named:
        """The name of the point with a path (``W``, ``module.1.DCA``) of the model at a place of the chain."""
        model_id, _ = self.chain[place]
        *groups, last = path.split(".")
        inside = "".join(f"{snake(group)}_" for group in groups)
        family = FAMILIES.get(model_id)
        known = family.points.get(last) if family is not None else None
        if known is None:
            return Named(self._unique(f"{self.own_names[place]}{inside}{snake(last)}"))
        prefix = self.prefixes[place]
        if not inside and known.name.startswith(prefix):
            prefix = ""
        return Named(self._unique(f"{prefix}{inside}{known.name}"), known.quantity, known.phase)

    @property
    def category(self) -> str:
        """The category of a product whose chain this is."""
        return "other" if self.chief is None else FAMILIES[self.chain[self.chief][0]].category

    def _own_names(self) -> list[str]:
        """The name of each model, with a number for all but the first of several equal ones."""
        seen: Counter[int] = Counter()
        names = []
        for model_id, model in self.chain:
            seen[model_id] += 1
            own = model.name if model is not None else f"model_{model_id}"
            names.append(f"{own}_{seen[model_id]}_" if seen[model_id] > 1 else f"{own}_")
        return names

    def _prefixes(self) -> list[str]:
        seen: Counter[str] = Counter()
        prefixes = []
        for place, (model_id, _) in enumerate(self.chain):
            family = FAMILIES.get(model_id)
            if family is None:
                prefixes.append("")
                continue
            seen[family.prefix] += 1
            number = seen[family.prefix]
            bare = place == self.chief or (model_id == COMMON_ID and number == 1)
            prefixes.append("" if bare else f"{family.prefix}_{f'{number}_' if number > 1 else ''}")
        return prefixes

    def _chief(self) -> int | None:
        """The place of the first model of the best rank."""
        ranked = [(family.rank, place) for place, family in self._ranked()]
        return min(ranked)[1] if ranked else None

    def _ranked(self) -> list[tuple[int, Family]]:
        found = [(place, FAMILIES.get(model_id)) for place, (model_id, _) in enumerate(self.chain)]
        return [(place, family) for place, family in found if family is not None and family.rank]

    def _unique(self, name: str) -> str:
        self.taken[name] += 1
        return name if self.taken[name] == 1 else self._unique(f"{name}_{self.taken[name]}")
