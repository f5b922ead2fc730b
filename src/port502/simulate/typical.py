"""What is usual: values for points that no model knows, by their quantity, so that they look right."""

from __future__ import annotations

from port502.registers.maps.model import DeviceMap, MapPoint
from port502.registers.maps.quantities import COUNTER, QUANTITIES
from port502.simulate.chance import share
from port502.simulate.waves import CALM, Wave, restless

_ENERGY, _POWER, _VOLT, _AMPERE, _WARM, _HERTZ = (
    (0.8, 0.0),
    (2_000.0, 300.0),
    (230.0, 2.0),
    (6.0, 1.5),
    (24.0, 2.0),
    (50.0, 0.03),
)

BY_DIMENSION: dict[str, tuple[float, float]] = {
    "voltage": _VOLT,
    "current": _AMPERE,
    "active power": _POWER,
    "apparent power": (2_100.0, 300.0),
    "reactive power": (400.0, 80.0),
    "frequency": _HERTZ,
    "ratio": (0.5, 0.1),
    "angle": (30.0, 5.0),
    "temperature": _WARM,
    "resistance": (10.0, 0.2),
    "capacitance": (0.001, 0.0),
    "time": (60.0, 0.0),
    "pressure": (200_000.0, 10_000.0),
    "volume": (2.0, 0.2),
    "volume flow": (4.0, 0.8),
    "mass": (100.0, 2.0),
    "mass flow": (50.0, 5.0),
    "length": (2.0, 0.1),
    "speed": (3.0, 1.0),
    "acceleration": (0.2, 0.05),
    "rotation": (1_450.0, 10.0),
    "torque": (40.0, 3.0),
    "force": (100.0, 10.0),
    "irradiance": (400.0, 100.0),
    "illuminance": (500.0, 100.0),
    "concentration": (20.0, 5.0),
    "acidity": (7.2, 0.1),
    "conductivity": (0.05, 0.005),
    "turbidity": (0.5, 0.1),
    "sound": (42.0, 5.0),
    "signal": (-67.0, 5.0),
    "energy": (5_000.0, 0.0),
    "charge": (100.0, 0.0),
    "data rate": (9_600.0, 0.0),
    "events": (3.0, 0.0),
}
"""Mean and swing in the first unit of each dimension."""

BY_QUANTITY: dict[str, tuple[float, float]] = {
    "power_factor": (0.95, 0.03),
    "displacement_factor": (0.96, 0.02),
    "efficiency": (0.95, 0.01),
    "coefficient_of_performance": (3.6, 0.4),
    "voltage_thd": (0.021, 0.004),
    "current_thd": (0.08, 0.02),
    "line_voltage": (400.0, 3.0),
    "neutral_voltage": (1.2, 0.3),
    "insulation_resistance": (60_000.0, 2_000.0),
    "cell_resistance": (0.004, 0.0),
    "residual_current": (0.006, 0.002),
    "dc_voltage": (420.0, 15.0),
    "bus_voltage": (560.0, 5.0),
    "battery_voltage": (51.8, 0.6),
    "cell_voltage": (3.3, 0.01),
    "rated_voltage": (230.0, 0.0),
    "rated_current": (32.0, 0.0),
    "rated_power": (10_000.0, 0.0),
    "rated_frequency": (50.0, 0.0),
    "rated_speed": (1_480.0, 0.0),
    "state_of_health": (0.97, 0.0),
    "state_of_charge": (0.6, 0.1),
    "phase_angle": (15.0, 3.0),
    "outdoor_temperature": (9.0, 3.0),
    "hot_water_temperature": (48.0, 2.0),
    "supply_temperature": (36.0, 2.0),
    "return_temperature": (31.0, 2.0),
    "coolant_temperature": (78.0, 3.0),
    "exhaust_gas_temperature": (180.0, 20.0),
    "temperature_difference": (5.0, 0.5),
    "temperature_setpoint": (21.0, 0.0),
    "carbon_dioxide": (600e-6, 80e-6),
    "humidity": (0.45, 0.05),
    "position": (0.6, 0.1),
    "air_pressure": (101_325.0, 400.0),
    "unbalance": (0.03, 0.01),
    "load": (0.45, 0.1),
    "latitude": (59.9, 0.0),
    "longitude": (10.7, 0.0),
    "current_limit": (16.0, 0.0),
    "ratio": (1.0, 0.0),
}

PERCENT = frozenset(
    {
        "state_of_charge",
        "state_of_health",
        "depth_of_discharge",
        "humidity",
        "load",
        "level",
        "position",
        "efficiency",
        "fan_speed",
        "pump_speed",
        "state_of_charge_limit",
        "active_power_limit",
    }
)
"""Quantities that are meant in percent where a whole number has no unit."""

GROWTH: dict[str, float] = {
    "operating_time": 0.7,
    "session_time": 0.0,
    "starts": 1 / 7_200,
    "cycles": 1 / 90_000,
    "pulses": 0.1,
    "counter": 1 / 60,
    "error_count": 1e-7,
    "volume": 2.0 / 3600,
    "charge_throughput": 0.001,
    "emission": 0.4 / 3600,
    "session_energy": 0.0,
}
"""How fast counters grow per second, in base units; energies grow by some hundred watts."""

ENERGY_GROWTH = 700.0 / 3600
SUM = {"session_time": 1_800.0, "session_energy": 7_000.0}


def moves(point: MapPoint, dimension: str, seed: object) -> Wave:
    """How a measured value moves, in the first unit of its dimension."""
    mean, swing = BY_QUANTITY.get(point.quantity) or BY_DIMENSION.get(dimension, (10.0, 1.0))
    mean *= 1 + 0.02 * (share(seed, point.name, "mean") - 0.5)
    return restless(mean, swing, CALM, seed, point.name)


def counts(point: MapPoint, seed: object, seconds: float) -> float:
    """What a counter shows so many seconds after its beginning, in the first unit of its dimension."""
    rate = GROWTH.get(point.quantity, ENERGY_GROWTH) * (0.4 + 1.2 * share(seed, point.name, "rate"))
    return SUM.get(point.quantity, 0.0) + rate * seconds


def is_counter(point: MapPoint) -> bool:
    """Whether a point only ever grows."""
    known = QUANTITIES.get(point.quantity)
    return point.rollover is not None or (known is not None and known.kind == COUNTER)


def text_of(point: MapPoint, device_map: DeviceMap, seed: object) -> str:
    """What a text says."""
    match point.quantity:
        case "manufacturer":
            return device_map.manufacturer or "port502"
        case "model" | "device_type":
            return device_map.models[0] if device_map.models else device_map.name.rpartition("/")[2]
        case "serial_number":
            return f"{int(share(seed, 'serial') * 1e8):08d}"
        case "firmware_version" | "hardware_version":
            return "1.4.2"
        case "name":
            return "Simulated"
    return "OK"
