"""Names and phases of points: what a source calls a register, in the library's closed words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.maps.words import JOINED, NOISE, NUMBERED, PERIODS, SYNONYMS, UNIT_WORDS

KINDS = {
    "V": "voltage", "mV": "voltage", "kV": "voltage",
    "A": "current", "mA": "current",
    "W": "active_power", "kW": "active_power", "MW": "active_power", "mW": "active_power",
    "var": "reactive_power", "kvar": "reactive_power",
    "VA": "apparent_power", "kVA": "apparent_power",
    "Wh": "active_energy", "kWh": "active_energy", "MWh": "active_energy",
    "varh": "reactive_energy", "kvarh": "reactive_energy",
    "VAh": "apparent_energy", "kVAh": "apparent_energy",
    "Hz": "frequency",
    "Cel": "temperature", "K": "temperature",
    "bar": "pressure", "kPa": "pressure", "hPa": "pressure",
    "{rpm}": "rotational_speed",
    "N.m": "torque",
    "L/min": "volume_flow", "m3/h": "volume_flow",
}  # fmt: skip
"""Unit -> the quantity it measures, where it can only be one."""

PHASES = {"l1": "l1", "l2": "l2", "l3": "l3", "n": "n"}
LETTERS = {"a": "l1", "b": "l2", "c": "l3", "r": "l1", "s": "l2", "t": "l3", "u": "l1", "v": "l2", "w": "l3"}
PAIRS = {
    "ab": "l1_l2", "bc": "l2_l3", "ca": "l3_l1", "rs": "l1_l2", "st": "l2_l3", "tr": "l3_l1",
    "l12": "l1_l2", "l23": "l2_l3", "l31": "l3_l1", "an": "l1", "bn": "l2", "cn": "l3",
    "l1n": "l1", "l2n": "l2", "l3n": "l3", "l1l2": "l1_l2", "l2l3": "l2_l3", "l3l1": "l3_l1",
    "uv": "l1_l2", "vw": "l2_l3", "wu": "l3_l1",
}  # fmt: skip
SYMBOLS = {"v": "V", "i": "A", "p": "W", "f": "Hz"}
SYMBOL_WORDS = {"V": "voltage", "A": "current", "W": "power", "Hz": "frequency"}
"""The letters that stand for a quantity at the end of a name, and the word for them."""

CONTEXTS = frozenset((
    "grid", "load", "pv", "battery", "inverter", "output", "input", "backup", "eps", "generator",
    "meter", "ac", "dc", "bus", "internal", "external", "ct", "average", "neutral", "system",
    "plant", "bms", "mppt", "string", "psu", "bbu", "cbu", "array", "charge", "discharge",
    "offgrid", "pcc", "boost", "buffer", "house", "consumption", "production", "radiator",
    "heatsink", "ambient", "module", "outdoor", "room", "hot", "water", "flow", "return", "motor",
))  # fmt: skip
"""Words that say where a quantity is measured; they come first in a name."""

DIRECT = frozenset((
    "pv", "battery", "dc", "string", "mppt", "array", "bus", "bms", "psu", "bbu", "cbu", "cell",
))  # fmt: skip
"""Places where current is direct: a power there is just a power."""

MEASURES = frozenset((
    "power", "voltage", "current", "energy", "frequency", "temperature", "factor", "active",
    "reactive", "apparent",
))  # fmt: skip
SPOKEN = frozenset((
    "power", "voltage", "current", "energy", "frequency", "temperature", "import", "export", "sum",
    "total",
))  # fmt: skip
FORWARD = frozenset(["import", "delivered", "forward", "imp", "consumed", "purchase", "bought", "buy"])
BACKWARD = frozenset(["export", "received", "reverse", "exp", "sold", "sell", "feedin", "feed_in"])
FLOWS = ("charge", "discharge", "production", "consumption")
TARIFFS = ("t1", "t2", "t3", "t4")
SHORT = (
    (r"^vpv(\d*)$", "pv_voltage"), (r"^ipv(\d*)$", "pv_current"), (r"^ppv(\d*)$", "pv_power"),
    (r"^vgrid(\d*)$", "grid_voltage"), (r"^igrid(\d*)$", "grid_current"), (r"^pgrid(\d*)$", "grid_power"),
    (r"^fgrid(\d*)$", "grid_frequency"), (r"^vbattery(\d*)$", "battery_voltage"),
    (r"^ibattery(\d*)$", "battery_current"), (r"^pbattery(\d*)$", "battery_power"),
    (r"^pmppt(\d+)$", "mppt_power"), (r"^imppt(\d+)$", "mppt_current"),
    (r"^backup_v(\d)$", "backup_voltage"), (r"^backup_i(\d)$", "backup_current"),
    (r"^backup_p(\d)$", "backup_power"), (r"^backup_f(\d)$", "backup_frequency"), (r"^load_p(\d)$", "load_power"),
    (r"^currents_([123])$", "phase_current"), (r"^(?:voltages|volts)_([123])$", "phase_voltage"),
    (r"^powers_([123])$", "phase_power"), (r"^active_power([123])$", "phase_active_power"),
    (r"^reactive_power([123])$", "phase_reactive_power"), (r"^apparent_power([123])$", "phase_apparent_power"),
    (r"^meter_active_power([123])$", "meter_phase_active_power"),
    (r"^meter_reactive_power([123])$", "meter_phase_reactive_power"),
    (r"^meter_apparent_power([123])$", "meter_phase_apparent_power"),
    (r"^meter_voltage([123])$", "meter_phase_voltage"), (r"^meter_current([123])$", "meter_phase_current"),
    (r"^meter_power_factor([123])$", "meter_phase_power_factor"),
)  # fmt: skip
"""Names of symbols and number -> words; for a grid, a load or a backup the number is a phase."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a point is called, what kind of thing it measures (empty where unknown) and at which phase.

    ``regular`` says that every word of the source was understood, so that the name follows the library's order.
    """

    name: str
    kind: str = ""
    phase: str = ""
    regular: bool = False


def harmonise(name: str, unit: str = "", address: int | None = None, *, meter: bool = False) -> Meaning:
    """The library's name, kind and phase of what a source calls ``name``.

    ``unit`` is that of a map. A trailing ``address`` is no part of a name. In a ``meter`` a power without phase
    is the total.
    """
    words, phase = _phase(_words(name, unit, address), unit)
    kind = _kind(words, unit)
    if not kind:
        return Meaning("_".join([*_deduplicated(words), *([phase] if phase else [])]) or "value", "", phase)
    rest = [word for word in words if word not in _consumed(kind)]
    index = [word for word in rest if word.isdecimal()]
    if set(rest) - set(index) <= CONTEXTS | {
        "total",
        "sum",
        "net",
        *PERIODS,
        *TARIFFS,
        *FORWARD,
        *BACKWARD,
    } and (len(index) < 2):
        return _assembled(kind, rest, index, phase, meter=meter)
    full = [*_deduplicated(words), *([phase] if phase else [])]
    return Meaning("_".join(full), kind, phase)


def _assembled(kind: str, rest: list[str], index: list[str], phase: str, *, meter: bool) -> Meaning:
    """A name in the library's order: place, quantity, direction, phase or index, period."""
    place = [word for word in rest if word in CONTEXTS and not (_is_energy(kind) and word in FLOWS)]
    period = [word.removesuffix("ly") for word in rest if word in (*PERIODS, *TARIFFS)]
    if _is_energy(kind):
        quantity = kind + _direction(rest)
        flows = [word for word in FLOWS if word in rest]
        total = quantity == kind and ("sum" in rest or "total" in rest or (meter and not flows))
        words = [*place, *_energy_words(quantity, flows)]
    else:
        quantity, flows = kind, []
        total = "total" in rest or "sum" in rest
        total = total or (meter and kind.endswith(("power", "power_factor")) and not place)
        if kind == "active_power" and DIRECT & set(place) and not phase:
            words = [*place, "power"]
            quantity = "power"
        elif kind.startswith("state_of") and place == ["battery"] and not index:
            words = [kind]
        elif kind == "active_power" and place and place[-1] in ("charge", "discharge"):
            words = [*place, "power"]
        else:
            words = [*place, kind]
    if phase == "n":
        words.insert(len(words) - 1, "neutral")
        phase = ""
    words += [phase] if phase else []
    words += index
    if total and not phase and not index and not period:
        words.append("total")
    return Meaning("_".join(_deduplicated([*words, *period])), quantity, phase, regular=True)


def _energy_words(quantity: str, flows: list[str]) -> list[str]:
    """Energies into and out of batteries and generators need no word for real."""
    if flows and quantity == "active_energy":
        return [*(["charge" if flow == "charge" else flow for flow in flows]), "energy"]
    return [quantity, *flows]


def _words(name: str, unit: str, address: int | None) -> list[str]:
    text = name.lower()
    for pattern, short in SHORT:
        if match := re.match(pattern, text):
            number = match[1]
            if short.startswith(("grid", "load", "backup")) or "phase_" in short:
                number = f"l{number or 1}"
            short = short.replace("phase_", "")
            return f"{short}_{number}".rstrip("_").split("_")
    for pattern, replacement in JOINED:
        text = re.sub(pattern, replacement, text)
    for pattern in NOISE:
        text = re.sub(pattern, "", text)
    words = [word for word in text.split("_") if word]
    if address is not None and address >= 64 and len(words) > 1 and words[-1] == str(address):
        words.pop()
    if len(words) > 1 and _repeats_unit(words, unit):
        words.pop()
    if len(words) > 1 and SYMBOLS.get(words[-1]) == unit:
        words[-1:] = [SYMBOL_WORDS[unit]]
    found: list[str] = []
    for word in words:
        found += _split(word)
    return found


def _repeats_unit(words: list[str], unit: str) -> bool:
    """Whether the last word is but the unit; ``current_a`` is a phase, ``voltage_v`` a voltage in volts."""
    if words[-1] not in UNIT_WORDS.get("degC" if unit == "Cel" else unit, ()):
        return False
    spoken = any(SYNONYMS.get(word, word) in SPOKEN for word in words[:-1])
    return (spoken or len(words[-1]) > 1) and words != ["current", "a"]


def _split(word: str) -> list[str]:
    """One word of a source as words of the library: synonyms replaced, numbers of things set apart."""
    if word in SYNONYMS:
        return SYNONYMS[word].split("_")
    if (match := re.fullmatch(r"([a-z]+?)_?(\d+)", word)) and (
        match[1] in NUMBERED or SYNONYMS.get(match[1], match[1]) in NUMBERED
    ):
        return [*SYNONYMS.get(match[1], match[1]).split("_"), match[2]]
    if word.startswith("thd") and word[3:] in PHASES:
        return ["thd", word[3:]]
    return [word]


def _phase(words: list[str], unit: str) -> tuple[list[str], str]:
    """The words without those of the phase, and the phase: l1, l2, l3, n, l1_l2, l2_l3, l3_l1 or none."""
    electric = unit in KINDS and KINDS[unit] not in (
        "temperature",
        "pressure",
        "volume_flow",
        "rotational_speed",
    )
    electric = electric or (bool(MEASURES & set(words)) and "temperature" not in words)
    if not electric:
        return words, ""
    text = "_" + "_".join(words) + "_"
    for one, other in (("1", "2"), ("2", "3"), ("3", "1")):
        pair = f"_l{one}_l{other}_"
        if pair in text:
            return text.replace(pair, "_").strip("_").split("_"), f"l{one}_l{other}"
    text = re.sub(r"_(l[123])_n_", r"_\1_", text)
    if match := re.search(r"_phase_([123])_|_(?:phase_)?([abcrst])_phase_|_phase_([abcrst])_", text):
        phase = f"l{match[1]}" if match[1] else LETTERS[match[2] or match[3]]
        text = (text[: match.start()] + "_" + text[match.end() :]).replace("_of_", "_")
        return [word for word in text.split("_") if word], phase
    words = [word for word in text.split("_") if word]
    for place, word in enumerate(words):
        phase = PHASES.get(word) or PAIRS.get(word) or (LETTERS.get(word) if len(words) > 1 else None)
        if phase is not None and not (word in ("a", "v", "w", "c", "t", "s") and _is_article(words, place)):
            return [*words[:place], *words[place + 1 :]], phase
    return words, ""


def _is_article(words: list[str], place: int) -> bool:
    """Whether a single letter is no phase: at neither end of a name, or beside a number."""
    inside = 0 < place < len(words) - 1
    beside = [*words[max(place - 1, 0) : place], *words[place + 1 : place + 2]]
    return (inside and not (MEASURES | CONTEXTS) & set(beside)) or any(word.isdecimal() for word in beside)


def _kind(words: list[str], unit: str) -> str:
    """The quantity that words and unit agree upon, or none."""
    text = "_".join(words)
    if "state_of_charge" in text and unit in ("%", ""):
        return "state_of_charge"
    if "state_of_health" in text and unit in ("%", ""):
        return "state_of_health"
    if "power_factor" in text and unit in ("", "%"):
        return "power_factor"
    kind = KINDS.get(unit, "")
    if not kind and unit == "":
        return _spoken(words)
    if kind == "temperature" and not words:
        return kind
    if kind == "apparent_power" and "reactive" in words:
        return ""
    return kind


def _spoken(words: list[str]) -> str:
    """The electrical quantity that a name without unit speaks of in so many words."""
    for word in ("voltage", "current", "frequency", "temperature"):
        if word in words and not {"power", "energy"} & set(words):
            return word
    if "power" in words and "factor" not in words and {"active", "reactive", "apparent"} & set(words):
        return next(f"{word}_power" for word in ("active", "reactive", "apparent") if word in words)
    return ""


def _consumed(kind: str) -> set[str]:
    """The words of a name that the quantity itself says."""
    own = set(kind.split("_"))
    if kind.endswith("power"):
        own |= {"active", "power"}
    if kind.endswith("energy"):
        own |= {"energy", "active", "power"}
    return own


def _is_energy(kind: str) -> bool:
    return kind.endswith("energy")


def _direction(words: list[str]) -> str:
    if FORWARD & set(words):
        return "_import"
    if BACKWARD & set(words):
        return "_export"
    return "_net" if "net" in words else ""


def _deduplicated(words: list[str]) -> list[str]:
    """The words without any that only repeats the one before it."""
    kept: list[str] = []
    for word in words:
        if not kept or kept[-1] != word or word.isdecimal():
            kept.append(word)
    return kept
