"""Which quantity of the closed vocabulary a point has, from its words, its unit and whether it can be written."""

from __future__ import annotations

from port502.errors import UsageError
from port502.registers.maps.quantities import QUANTITIES
from port502.registers.maps.units import parse_unit
from tools.maps.words import PERIODS

DC = frozenset(["pv", "dc", "mppt", "string", "array", "supercap", "mos"])
BATTERY = frozenset(["battery", "bms", "pack", "bbu", "bat", "storage"])
LOADS = frozenset(["load", "house", "backup", "eps", "consumption", "home", "offgrid"])
GRID = frozenset(["grid", "meter", "pcc", "feedin", "mains"])
CHOICES = frozenset(["setpoint", "set", "target", "desired", "reference", "ref", "requested"])
BOUNDS = frozenset((
    "limit", "limitation", "max", "maximum", "allowed", "permitted", "cutoff", "cut", "protection",
    "shutdown", "upper", "lower", "threshold", "safe", "fallback", "failsafe", "float",
    "absorption", "equalization", "empty",
))  # fmt: skip

PLACES: dict[str, tuple[tuple[frozenset[str], str], ...]] = {
    "voltage": (
        (frozenset({"cell"}), "cell_voltage"), (BATTERY, "battery_voltage"), (frozenset({"bus"}), "bus_voltage"),
        (frozenset({"neutral"}), "neutral_voltage"), (DC, "dc_voltage"), (frozenset({"output"}), "output_voltage"),
        (frozenset({"input"}), "input_voltage"),
    ),
    "current": (
        (frozenset({"neutral"}), "neutral_current"),
        (frozenset({"residual", "leakage", "gfci", "rcd", "ground", "earth"}), "residual_current"),
        (BATTERY, "battery_current"), (DC, "dc_current"), (frozenset({"output", "motor"}), "output_current"),
        (frozenset({"input"}), "input_current"),
    ),
    "active_power": (
        (frozenset({"heat", "thermal", "heating", "waerme"}), "heat_power"),
        (frozenset({"discharge"}), "discharge_power"), (frozenset({"charge"}), "charge_power"),
        (BATTERY, "battery_power"), (frozenset({"generator"}), "generator_power"), (GRID, "grid_power"),
        (LOADS, "load_power"), (frozenset({"output", "motor"}), "output_power"), (DC, "dc_power"),
        (frozenset({"input"}), "input_power"),
    ),
    "active_energy": (
        (frozenset({"discharge"}), "discharge_energy"), (frozenset({"charge"}), "charge_energy"),
        (frozenset({"session"}), "session_energy"), (frozenset({"generator"}), "generator_energy"),
        (frozenset({"pv"}), "pv_energy"), (LOADS, "load_energy"),
        (frozenset({"heat", "heating", "waerme", "thermal"}), "heat_energy"), (frozenset({"dc"}), "dc_energy"),
    ),
    "temperature": (
        (frozenset({"cell"}), "cell_temperature"), (BATTERY, "battery_temperature"),
        (frozenset({"outdoor", "outside"}), "outdoor_temperature"), (frozenset({"room"}), "room_temperature"),
        (frozenset({"ambient"}), "ambient_temperature"), (frozenset({"water", "dhw"}), "hot_water_temperature"),
        (frozenset({"buffer"}), "buffer_temperature"), (frozenset({"brine", "source"}), "source_temperature"),
        (frozenset({"return"}), "return_temperature"), (frozenset({"evaporator"}), "evaporator_temperature"),
        (frozenset({"condenser"}), "condenser_temperature"), (frozenset({"suction"}), "suction_temperature"),
        (frozenset({"flow", "supply"}), "supply_temperature"), (frozenset({"coolant"}), "coolant_temperature"),
        (frozenset({"oil"}), "oil_temperature"), (frozenset({"motor"}), "motor_temperature"),
        (frozenset({"heatsink", "radiator", "ipm", "igbt", "boost"}), "heatsink_temperature"),
        (frozenset({"dew"}), "dew_point"), (frozenset({"inverter", "internal", "device"}), "device_temperature"),
    ),
    "frequency": ((frozenset({"motor", "output"}), "output_frequency"),),
    "rotational_speed": (
        (frozenset({"fan"}), "fan_speed"), (frozenset({"pump"}), "pump_speed"),
        (frozenset({"compressor"}), "compressor_speed"),
    ),
    "volume_flow": ((frozenset({"air", "airflow"}), "air_flow"),),
}  # fmt: skip
"""Base quantity -> words, and what the quantity is where one of them is said; the first that fits counts."""

OTHERWISE = {"rotational_speed": "speed", "volume_flow": "flow", "power": "dc_power"}
LIMITS = {
    "active_power": "active_power_limit", "power": "active_power_limit", "apparent_power": "active_power_limit",
    "current": "current_limit", "voltage": "voltage_limit", "state_of_charge": "state_of_charge_limit",
}  # fmt: skip
SETPOINTS = {
    "active_power": "active_power_setpoint", "power": "active_power_setpoint",
    "reactive_power": "reactive_power_setpoint", "power_factor": "power_factor_setpoint",
    "temperature": "temperature_setpoint", "rotational_speed": "speed_setpoint", "frequency": "frequency_setpoint",
    "voltage": "voltage_setpoint", "current": "current_setpoint", "torque": "torque_setpoint",
    "pressure": "pressure_setpoint", "volume_flow": "flow_setpoint", "state_of_charge": "state_of_charge_limit",
}  # fmt: skip
RATED = {"active_power": "rated_power", "power": "rated_power", "apparent_power": "rated_power",
         "voltage": "rated_voltage", "current": "rated_current", "frequency": "rated_frequency",
         "rotational_speed": "rated_speed"}  # fmt: skip

TEXTS = (
    ("serial_number", {"serial"}), ("firmware_version", {"firmware", "software", "version", "dsp", "arm"}),
    ("hardware_version", {"hardware"}), ("manufacturer", {"manufacturer", "vendor", "brand", "manufacture"}),
    ("model", {"model"}), ("name", {"name", "custom"}),
)  # fmt: skip
STATES = (
    ("status_word", {"word"}), ("fault_code", {"fault", "faults", "error", "errors"}),
    ("warning", {"warning", "warnings"}), ("alarm", {"alarm", "alarms"}),
    ("mode", {"mode"}), ("state", {"status", "state", "active", "enabled", "running"}),
)  # fmt: skip


def quantity_of(kind: str, name: str, unit: str, phase: str, *, writable: bool, shape: str) -> str:
    """The quantity of a point: "measurement" or "raw" for what is read, "setting" for what is written, at least.

    ``kind`` is the base quantity that words and unit agree upon, ``shape`` what the value is: number, labels
    (an enumeration or flags), text or bit. The unit always fits the quantity returned.
    """
    words = frozenset(name.split("_"))
    if shape == "text":
        found = _first(TEXTS, words) or ("setting" if writable else "identity")
    elif shape in ("labels", "bit") or (not unit and not kind):
        found = _state(words, shape, writable=writable, name=name)
    elif writable:
        found = _choice(kind, words)
    else:
        found = _measure(kind, words, phase, unit)
    if found and fits(found, unit if shape == "number" else ""):
        return found
    if writable:
        return "setting"
    if shape != "number":
        return {"text": "identity", "labels": "state", "bit": "state"}[shape]
    return "measurement" if unit else "raw"


def fits(quantity: str, unit: str) -> bool:
    """Whether a point of this quantity may have this unit."""
    if not quantity:
        return True
    try:
        return QUANTITIES[quantity].takes(parse_unit(unit))
    except UsageError:
        return False


def _state(words: frozenset[str], shape: str, *, writable: bool, name: str) -> str:
    if shape == "number" and not writable and words & {"serial", "firmware", "hardware", "version", "model"}:
        return _first(TEXTS, words)
    if "control_word" in name:
        return "control_word"
    if writable:
        if "mode" in words:
            return "mode_setting"
        return "command" if words & {"reset", "command", "start", "stop", "trigger"} else "setting"
    if shape == "bit" and (name.startswith(("di_", "input_", "digital_input"))):
        return "digital_input"
    if shape == "bit" and name.startswith(("do_", "output_", "relay_", "digital_output")):
        return "digital_output"
    if words & {"cycles", "cycle"} and shape == "number" and "equalization" not in words:
        return "cycles"
    return _first(STATES, words) or ("state" if shape in ("labels", "bit") else "")


def _choice(kind: str, words: frozenset[str]) -> str:
    if words & BOUNDS and kind in LIMITS:
        return LIMITS[kind]
    if kind in SETPOINTS and (words & CHOICES or kind in ("temperature", "pressure")):
        return SETPOINTS[kind]
    return "setting"


def _measure(kind: str, words: frozenset[str], phase: str, unit: str) -> str:
    if special := _share(words, unit):
        return special
    if words & {"rated", "nominal", "rating"}:
        return RATED.get(kind, "")
    if words & CHOICES and kind in SETPOINTS:
        return SETPOINTS[kind]
    if "demand" in words:
        plain = not words & {"max", "maximum", "min", "minimum", "peak"}
        return f"{kind}_demand" if plain and f"{kind}_demand" in QUANTITIES else ""
    if words & (BOUNDS - {"max", "maximum"}) or (words & {"max", "maximum"} and "cell" not in words):
        return "" if words & {"hour", "daily", "today", "reached"} else LIMITS.get(kind, "")
    if unit in ("s", "min", "h", "d"):
        return _time(words)
    if kind.endswith("energy") or "_energy_" in kind:
        return _energy(kind, words)
    if kind == "voltage" and (len(phase) > 2 or {"line", "ll"} & words):
        return "line_voltage"
    if kind == "current" and phase == "n":
        return "neutral_current"
    if kind in ("active_power", "power"):
        return _power(kind, words)
    for among, quantity in PLACES.get(kind, ()):
        if among & words:
            return quantity
    return OTHERWISE.get(kind, kind)


def _power(kind: str, words: frozenset[str]) -> str:
    if "pv" in words and not words & {"meter", "inverter"}:
        return "dc_power" if any(word.isdecimal() for word in words) else "pv_power"
    for among, quantity in PLACES["active_power"]:
        if among & words:
            return quantity
    return OTHERWISE.get(kind, kind)


def _energy(kind: str, words: frozenset[str]) -> str:
    """Energies of a day, a month or a tariff are parts of another and have no quantity."""
    if words & set(PERIODS) - {"session"} or words & {
        "t1",
        "t2",
        "t3",
        "t4",
        "tariff",
        "daily",
        "hour",
        "hourly",
    }:
        return ""
    if words & {"demand", "capacity", "remaining", "available", "full"}:
        return ""
    if (
        kind == "active_energy"
        and "production" in words
        and not words & (BATTERY | {"pv", "heat", "generator"})
    ):
        return "active_energy_export" if not words & {"heat", "heating"} else "heat_energy"
    if kind in ("active_energy", "active_energy_import", "active_energy_export"):
        for among, quantity in PLACES["active_energy"]:
            if among & words and not (quantity == "load_energy" and kind != "active_energy"):
                return quantity
    if (
        kind in ("active_energy", "reactive_energy")
        and ("total" in words or "sum" in words)
        and len(words) <= 3
    ):
        return f"{kind}_total"
    return kind if kind in QUANTITIES else ""


def _share(words: frozenset[str], unit: str) -> str:
    """Quantities in percent and such that no unit tells."""
    if unit == "%":
        if "thd" in words:
            return "current_thd" if "current" in words else "voltage_thd"
        for word, quantity in (("humidity", "humidity"), ("rh", "humidity"), ("level", "level"),
                               ("torque", "torque"), ("efficiency", "efficiency"),
                               ("dod", "depth_of_discharge")):  # fmt: skip
            if word in words:
                return quantity
        if "speed" in words:
            return "fan_speed" if "fan" in words or "saf" in words or "eaf" in words else "speed"
        if words >= {"load"} and not words & {"peak", "smart", "power"}:
            return "load"
    if unit == "deg" and "angle" in words:
        return "phase_angle"
    return {"W/m2": "irradiance", "lx": "illuminance", "mOhm": "", "kOhm": "insulation_resistance"}.get(unit, "") \
        if unit != "kOhm" or "insulation" in words else ""  # fmt: skip


def _time(words: frozenset[str]) -> str:
    if words & {"remaining", "left"}:
        return "time_remaining"
    if words & {"operating", "runtime", "running", "hours", "hourmeter", "operation", "run", "time"} and not (
        words & {"equalization", "self", "check", "delay", "start", "end", "slot"}
    ):
        return "operating_time"
    return ""


def _first(table: tuple[tuple[str, set[str]], ...], words: frozenset[str]) -> str:
    return next((quantity for quantity, among in table if among & words), "")
