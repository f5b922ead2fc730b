"""Finding a map by a few words, as somebody would say what stands before him."""

from __future__ import annotations

import re
from collections.abc import Iterable

from port502.registers.maps.index import MapSummary

_WORD = re.compile(r"[a-z0-9]+")
_IDLE = frozenset(
    ["a", "an", "the", "of", "for", "with", "and", "or", "modbus", "tcp", "rtu", "device", "map"]
)

_CATEGORY_WORDS: dict[str, str] = {
    "energy_meter": "energy meter electricity power counter smartmeter",
    "inverter": "inverter solar pv photovoltaic hybrid string",
    "battery": "battery storage bms accumulator",
    "ev_charger": "ev charger wallbox charging station car evse chargepoint",
    "heat_pump": "heat pump heatpump",
    "motor_drive": "motor drive vfd frequency converter",
    "plc": "plc controller",
    "io_module": "io input output remote module coupler",
    "ups": "ups uninterruptible power supply",
    "power_supply": "power supply rectifier psu",
    "genset_controller": "genset generator controller engine",
    "sensor": "sensor transmitter weather",
    "gateway": "gateway converter",
    "charge_controller": "charge controller mppt solar",
    "power_monitor": "power monitor analyser analyzer quality",
    "valve": "valve actuator",
    "hvac": "hvac ventilation air handling",
    "pump": "pump",
    "heating": "heating boiler",
    "power_filter": "power filter harmonic",
    "other": "",
}
_THREE = frozenset(("three", "3", "3p", "3ph"))
_ONE = frozenset(("single", "one", "1", "1p", "1ph"))


def ranked(text: str, summaries: Iterable[MapSummary]) -> list[MapSummary]:
    """The maps that fit any of the words, those that fit most and best first."""
    words = [word for word in _words(text) if word not in _IDLE]
    phases = 0
    if "phase" in words or {"3p", "3ph", "1p", "1ph"} & set(words):
        phases = 3 if _THREE & set(words) else 1 if _ONE & set(words) else 0
        words = [word for word in words if word != "phase" and word not in _THREE | _ONE]
    scored = []
    for summary in summaries:
        scores = [_score(word, summary) for word in words]
        if phases:
            scores.append(2.0 if summary.phases == phases else 0.0)
        if any(scores):
            scored.append((sum(map(bool, scores)), sum(scores), summary))
    scored.sort(key=lambda one: (-one[0], -one[1], one[2].name))
    return [summary for _, _, summary in scored]


def _words(text: str) -> list[str]:
    return _WORD.findall(text[:500].lower().replace("-phase", " phase").replace("_", " "))


def _score(word: str, summary: MapSummary) -> float:
    """How well a word fits: a model best, then the name, the maker, the category, a quantity, beginnings of words."""
    models = _words(" ".join(summary.models))
    names = _words(summary.name)
    maker = _words(summary.manufacturer)
    kind = _words(_CATEGORY_WORDS.get(summary.category, "") + " " + summary.category)
    joined = "".join(names) + " " + " ".join("".join(_words(model)) for model in summary.models)
    for words, weight in ((models, 6.0), (names, 5.0), (maker, 5.0), (kind, 3.0)):
        if word in words:
            return weight
    if len(word) >= 3 and word in joined:
        return 4.0 if any(one.startswith(word) for one in (*models, *names, *maker)) else 2.0
    singular = word.removesuffix("s")
    if singular in kind:
        return 3.0
    return 1.0 if any(singular in _words(quantity) for quantity in summary.quantities) else 0.0
