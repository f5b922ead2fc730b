"""The closed vocabulary of what points measure, so that ``active_power`` means the same on every product.

A quantity says what is measured; which phase, string or circuit it belongs to is said by the point's name and phase.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from port502.errors import UsageError
from port502.registers.maps.units import Unit, units
from port502.registers.values import shown

GAUGE, COUNTER, STATE, SETTING, TEXT = "gauge", "counter", "state", "setting", "text"


@dataclass(frozen=True, slots=True)
class Quantity:
    """One thing that is measured, set or told: ``dimensions`` are those its units may have, none for no unit.

    ``kind`` is gauge (goes up and down), counter (only grows, until it rolls over), state, setting or text.
    """

    name: str
    meaning: str
    dimensions: tuple[str, ...] = ()
    kind: str = GAUGE

    @property
    def units(self) -> tuple[Unit, ...]:
        """The units a value may have, the usual one first; empty for what has no unit."""
        return tuple(unit for kind in self.dimensions for unit in units().values() if unit.dimension == kind)

    def takes(self, unit: Unit | None) -> bool:
        """Whether a value may have this unit; ratios, numbers, states and texts may go without any."""
        if unit is None:
            return (
                self.kind in (STATE, TEXT)
                or not self.dimensions
                or bool({"ratio", "events"} & set(self.dimensions))
            )
        return unit.dimension in self.dimensions


_ENERGY, _CHARGE = ("energy",), ("charge",)
_ACTIVE, _REACTIVE, _APPARENT = ("active power",), ("reactive power",), ("apparent power",)
_VOLTAGE, _CURRENT, _RATIO, _TIME = ("voltage",), ("current",), ("ratio",), ("time",)
_TEMPERATURE, _FLOW = ("temperature",), ("volume flow", "mass flow")
_LIMITS = (*_ACTIVE, *_APPARENT, *_RATIO)
_ANYTHING = tuple(dict.fromkeys(unit.dimension for unit in units().values()))

_GAUGES: dict[str, tuple[str, tuple[str, ...]]] = {
    # alternating current
    "voltage": ("voltage of a phase to neutral, or of an AC side", _VOLTAGE),
    "line_voltage": ("voltage between two phases", _VOLTAGE),
    "neutral_voltage": ("voltage between neutral and earth", _VOLTAGE),
    "current": ("current of a phase, or of an AC side", _CURRENT),
    "neutral_current": ("current in the neutral conductor", _CURRENT),
    "residual_current": ("difference of all conductors: leakage", _CURRENT),
    "active_power": ("real power", _ACTIVE),
    "reactive_power": ("reactive power", _REACTIVE),
    "apparent_power": ("apparent power", _APPARENT),
    "power_factor": ("ratio of real and apparent power", _RATIO),
    "displacement_factor": ("cosine of the angle between the fundamentals", _RATIO),
    "phase_angle": ("angle between voltages, or voltage and current", ("angle",)),
    "frequency": ("frequency of the AC side", ("frequency",)),
    "rate_of_change_of_frequency": ("how fast the frequency changes", ("change per time",)),
    "active_power_demand": ("mean real power over the demand period", _ACTIVE),
    "reactive_power_demand": ("mean reactive power over the demand period", _REACTIVE),
    "apparent_power_demand": ("mean apparent power over the demand period", _APPARENT),
    "current_demand": ("mean current over the demand period", _CURRENT),
    "voltage_thd": ("total harmonic distortion of a voltage", _RATIO),
    "current_thd": ("total harmonic distortion of a current", _RATIO),
    "total_demand_distortion": ("distortion in relation to the largest load", _RATIO),
    "harmonic": ("one harmonic, as a part of the fundamental", (*_RATIO, *_VOLTAGE, *_CURRENT)),
    "crest_factor": ("ratio of peak and effective value", _RATIO),
    "k_factor": ("heating by harmonics", _RATIO),
    "unbalance": ("difference between the phases", _RATIO),
    "load": ("use of what the device can give", _RATIO),
    "efficiency": ("what comes out of what goes in", (*_RATIO, "efficiency")),
    "coefficient_of_performance": ("heat given for power taken", _RATIO),
    "insulation_resistance": ("resistance to earth", ("resistance",)),
    "resistance": ("resistance", ("resistance",)),
    "capacitance": ("capacitance", ("capacitance",)),
    # direct current
    "dc_voltage": ("voltage of a DC side, a string or a bus", _VOLTAGE),
    "dc_current": ("current of a DC side or a string", _CURRENT),
    "dc_power": ("power of a DC side or a string", _ACTIVE),
    # what stands behind a device
    "grid_power": ("power at the connection to the grid", _ACTIVE),
    "load_power": ("power taken by the consumers", _ACTIVE),
    "pv_power": ("power of the solar generator", _ACTIVE),
    "generator_power": ("power of a generator", _ACTIVE),
    "available_power": ("power that could be given or taken now", _LIMITS),
    "heat_power": ("thermal power", _ACTIVE),
    # storage
    "state_of_charge": ("how full a battery is", _RATIO),
    "state_of_health": ("what is left of a battery's capacity", _RATIO),
    "depth_of_discharge": ("how empty a battery is", _RATIO),
    "battery_voltage": ("voltage of a battery", _VOLTAGE),
    "battery_current": ("current of a battery", _CURRENT),
    "battery_power": ("power of a battery", _ACTIVE),
    "charge_power": ("power into a battery or a vehicle", _ACTIVE),
    "discharge_power": ("power out of a battery", _ACTIVE),
    "battery_temperature": ("temperature of a battery", _TEMPERATURE),
    "cell_voltage": ("voltage of a cell", _VOLTAGE),
    "cell_temperature": ("temperature of a cell", _TEMPERATURE),
    "cell_resistance": ("internal resistance of a cell or battery", ("resistance",)),
    "energy_capacity": ("energy a storage holds when full", _ENERGY),
    "energy_stored": ("energy in a storage now", _ENERGY),
    "charge_capacity": ("charge a battery holds when full", _CHARGE),
    "charge_stored": ("charge in a battery now", _CHARGE),
    "time_remaining": ("how long it will last, or take", _TIME),
    # heat, air, water
    "temperature": ("a temperature of which no more is said", _TEMPERATURE),
    "ambient_temperature": ("temperature around the device", _TEMPERATURE),
    "outdoor_temperature": ("temperature outdoors", _TEMPERATURE),
    "room_temperature": ("temperature of a room", _TEMPERATURE),
    "supply_temperature": ("temperature of the flow to the consumers", _TEMPERATURE),
    "return_temperature": ("temperature of the flow coming back", _TEMPERATURE),
    "hot_water_temperature": ("temperature of hot tap water", _TEMPERATURE),
    "buffer_temperature": ("temperature in a buffer tank", _TEMPERATURE),
    "source_temperature": ("temperature of a heat source: brine, well, air", _TEMPERATURE),
    "evaporator_temperature": ("temperature at the evaporator", _TEMPERATURE),
    "condenser_temperature": ("temperature at the condenser", _TEMPERATURE),
    "suction_temperature": ("temperature of the gas a compressor takes in", _TEMPERATURE),
    "discharge_temperature": ("temperature of the gas a compressor gives", _TEMPERATURE),
    "solar_temperature": ("temperature of a solar collector", _TEMPERATURE),
    "supply_air_temperature": ("temperature of air blown in", _TEMPERATURE),
    "extract_air_temperature": ("temperature of air sucked off", _TEMPERATURE),
    "exhaust_air_temperature": ("temperature of air blown out", _TEMPERATURE),
    "exhaust_gas_temperature": ("temperature of exhaust or flue gas", _TEMPERATURE),
    "coolant_temperature": ("temperature of cooling water", _TEMPERATURE),
    "oil_temperature": ("temperature of oil", _TEMPERATURE),
    "motor_temperature": ("temperature of a motor", _TEMPERATURE),
    "heatsink_temperature": ("temperature of power electronics", _TEMPERATURE),
    "device_temperature": ("temperature inside the device", _TEMPERATURE),
    "module_temperature": ("temperature of a solar module", _TEMPERATURE),
    "dew_point": ("temperature at which water condenses", _TEMPERATURE),
    "temperature_difference": ("difference of two temperatures", _TEMPERATURE),
    "humidity": ("relative humidity", _RATIO),
    "absolute_humidity": ("water in air", ("concentration", "ratio")),
    "pressure": ("pressure", ("pressure",)),
    "pressure_difference": ("difference of two pressures", ("pressure",)),
    "air_pressure": ("pressure of the air", ("pressure",)),
    "oil_pressure": ("pressure of oil", ("pressure",)),
    "flow": ("volume or mass per time", _FLOW),
    "air_flow": ("volume of air per time", _FLOW),
    "level": ("how full a tank is", ("ratio", "length", "volume")),
    "carbon_dioxide": ("carbon dioxide in air", ("ratio", "concentration")),
    "concentration": ("how much of something is in something", ("concentration", "ratio")),
    "acidity": ("pH", ("acidity",)),
    "conductivity": ("conductivity", ("conductivity",)),
    "turbidity": ("turbidity", ("turbidity",)),
    "irradiance": ("power of sunlight on an area", ("irradiance",)),
    "illuminance": ("light on an area", ("illuminance",)),
    "sound_level": ("loudness", ("sound",)),
    "wind_speed": ("speed of wind", ("speed",)),
    "wind_direction": ("where wind comes from", ("angle",)),
    # motion
    "speed": ("turning speed", ("rotation", "frequency", "ratio")),
    "output_frequency": ("frequency that a drive gives", ("frequency",)),
    "output_voltage": ("voltage that a drive or supply gives", _VOLTAGE),
    "output_current": ("current that a drive or supply gives", _CURRENT),
    "output_power": ("power that a drive or supply gives", (*_ACTIVE, *_RATIO, *_APPARENT)),
    "input_voltage": ("voltage that a device is fed with", _VOLTAGE),
    "input_current": ("current that a device takes", _CURRENT),
    "input_power": ("power that a device takes", _ACTIVE),
    "bus_voltage": ("voltage of a DC link", _VOLTAGE),
    "torque": ("torque", ("torque", "ratio")),
    "force": ("force", ("force",)),
    "position": ("position, opening or angle", ("ratio", "length", "angle", "events")),
    "linear_speed": ("speed along a way", ("speed",)),
    "acceleration": ("acceleration or vibration", ("acceleration",)),
    "vibration": ("vibration", ("speed", "acceleration", "length")),
    "fan_speed": ("speed of a fan", ("rotation", "ratio")),
    "pump_speed": ("speed of a pump", ("rotation", "ratio", "frequency")),
    "compressor_speed": ("speed of a compressor", ("rotation", "ratio", "frequency")),
    "mass": ("mass", ("mass",)),
    "length": ("length, height or distance", ("length",)),
    "latitude": ("degrees north", ("angle", "ratio")),
    "longitude": ("degrees east", ("angle", "ratio")),
    "altitude": ("height above the sea", ("length",)),
    "course": ("direction of movement", ("angle",)),
    "ground_speed": ("speed over ground", ("speed",)),
    # signals
    "analog_input": ("what an input measures, scaled or not", _ANYTHING),
    "analog_output": ("what an output gives, scaled or not", _ANYTHING),
    "signal_strength": ("strength of a radio signal", ("signal", "ratio")),
    "price": ("price of energy", _ANYTHING),
    "measurement": ("a measured value that no other word fits", _ANYTHING),
}

_COUNTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "active_energy": ("real energy of which no direction is said", _ENERGY),
    "active_energy_import": ("real energy taken", _ENERGY),
    "active_energy_export": ("real energy given", _ENERGY),
    "active_energy_total": ("real energy taken and given, added up", _ENERGY),
    "active_energy_net": ("real energy taken less real energy given", _ENERGY),
    "reactive_energy": ("reactive energy of which no direction is said", ("reactive energy",)),
    "reactive_energy_import": ("reactive energy taken", ("reactive energy",)),
    "reactive_energy_export": ("reactive energy given", ("reactive energy",)),
    "reactive_energy_total": ("reactive energy taken and given, added up", ("reactive energy",)),
    "reactive_energy_net": ("reactive energy taken less that given", ("reactive energy",)),
    "apparent_energy": ("apparent energy", ("apparent energy",)),
    "dc_energy": ("energy of a DC side", _ENERGY),
    "pv_energy": ("energy of the solar generator", _ENERGY),
    "load_energy": ("energy taken by the consumers", _ENERGY),
    "generator_energy": ("energy of a generator", _ENERGY),
    "charge_energy": ("energy into a battery or a vehicle", _ENERGY),
    "discharge_energy": ("energy out of a battery", _ENERGY),
    "session_energy": ("energy of one charging session", _ENERGY),
    "heat_energy": ("heat given", _ENERGY),
    "charge_throughput": ("charge that went through a battery", _CHARGE),
    "insolation": ("energy of sunlight on an area", ("insolation",)),
    "volume": ("volume that went by, or is held", ("volume",)),
    "emission": ("emissions caused or avoided", ("emission", "mass")),
    "operating_time": ("how long it has been running", _TIME),
    "session_time": ("how long a session has taken", _TIME),
    "starts": ("how often it was started", ("events",)),
    "cycles": ("how often a battery was charged, or a thing was moved", ("events",)),
    "pulses": ("pulses counted", ("events",)),
    "counter": ("events counted", ("events", "data", "time")),
    "error_count": ("faults counted", ("events",)),
}

_TIMES: dict[str, str] = {
    "clock": "what time it is",
    "timestamp": "when something happened",
}

_STATES: dict[str, str] = {
    "state": "what the device is doing",
    "mode": "how the device works, as it says",
    "switch_state": "whether a switch, relay or breaker is closed",
    "digital_input": "state of an input",
    "digital_output": "state of an output",
    "connection_state": "whether something is connected",
    "phase_rotation": "the order of the phases",
    "alarm": "what is wrong",
    "warning": "what may go wrong",
    "fault_code": "number of a fault",
    "status_word": "bits of state",
    "tariff": "the tariff in force",
    "active_phases": "how many phases are used",
}

_SETTINGS: dict[str, tuple[str, tuple[str, ...]]] = {
    "setpoint": ("what is to be reached", _ANYTHING),
    "limit": ("what is not to be exceeded", _ANYTHING),
    "command": ("makes the device do something", ()),
    "control_word": ("bits of command", ()),
    "mode_setting": ("how the device is to work", ()),
    "active_power_setpoint": ("real power to be given or taken", _LIMITS),
    "reactive_power_setpoint": ("reactive power to be given", (*_REACTIVE, *_RATIO)),
    "power_factor_setpoint": ("power factor to be kept", _RATIO),
    "active_power_limit": ("most real power to be given or taken", _LIMITS),
    "current_limit": ("most current to be taken or given", (*_CURRENT, *_RATIO)),
    "voltage_limit": ("voltage not to be left", (*_VOLTAGE, *_RATIO, "per cell")),
    "state_of_charge_limit": ("charge at which to stop", _RATIO),
    "temperature_setpoint": ("temperature to be reached", _TEMPERATURE),
    "speed_setpoint": ("speed to be reached", ("rotation", "frequency", "ratio")),
    "frequency_setpoint": ("frequency to be given", ("frequency", "ratio")),
    "torque_setpoint": ("torque to be given", ("torque", "ratio")),
    "voltage_setpoint": ("voltage to be given", (*_VOLTAGE, *_RATIO, "per cell")),
    "current_setpoint": ("current to be given or taken", (*_CURRENT, *_RATIO)),
    "position_setpoint": ("position to be reached", ("ratio", "length", "angle", "events")),
    "pressure_setpoint": ("pressure to be kept", ("pressure",)),
    "flow_setpoint": ("flow to be kept", _FLOW),
    "humidity_setpoint": ("humidity to be kept", _RATIO),
    "ramp": ("how fast a value may change", ("time", "change per time", "ratio", "rotation")),
    "delay": ("how long to wait", _TIME),
    "schedule": ("when something is to happen", _TIME),
    "rated_power": ("power the device is made for", (*_LIMITS, *_REACTIVE)),
    "rated_voltage": ("voltage the device is made for", _VOLTAGE),
    "rated_current": ("current the device is made for", _CURRENT),
    "rated_frequency": ("frequency the device is made for", ("frequency",)),
    "rated_speed": ("speed the device is made for", ("rotation",)),
    "ratio": ("ratio of a transformer", ("ratio", "current", "voltage")),
    "scale_factor": ("power of ten for other points", ()),
    "communication": ("address, baud rate and parity", ("data rate", "time", "events")),
    "watchdog": ("must be written in time", ("time", "events")),
    "setting": ("any other setting", _ANYTHING),
}

_TEXTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "manufacturer": ("who made it", ()),
    "model": ("what it is", ()),
    "serial_number": ("which one it is", ()),
    "firmware_version": ("version of its program", ()),
    "hardware_version": ("version of its hardware", ()),
    "identity": ("anything else that tells what it is", ()),
    "name": ("what its owner calls it", ()),
    "device_type": ("number of its type", ()),
    "configuration": ("how it was built or wired", ("events", "ratio")),
    "address": ("address in a network", ()),
    "raw": ("registers of which nothing is known", _ANYTHING),
}


def _all() -> dict[str, Quantity]:
    known = [Quantity(name, meaning, kinds) for name, (meaning, kinds) in _GAUGES.items()]
    known += [Quantity(name, meaning, kinds, COUNTER) for name, (meaning, kinds) in _COUNTERS.items()]
    known += [Quantity(name, meaning, (), STATE) for name, meaning in _STATES.items()]
    known += [Quantity(name, meaning, _TIME, STATE) for name, meaning in _TIMES.items()]
    known += [Quantity(name, meaning, kinds, SETTING) for name, (meaning, kinds) in _SETTINGS.items()]
    known += [Quantity(name, meaning, kinds, TEXT) for name, (meaning, kinds) in _TEXTS.items()]
    return {quantity.name: quantity for quantity in known}


QUANTITIES: dict[str, Quantity] = _all()
"""Every quantity by name."""


def quantity_of(name: str) -> Quantity:
    """The quantity of a name; raises UsageError, with the nearest one, for a name that is none."""
    found = QUANTITIES.get(name)
    if found is None:
        close = get_close_matches(name[:60], QUANTITIES, 1, 0.5)
        hint = f"did you mean {close[0]!r}?" if close else "'measurement', 'state' and 'setting' fit anything"
        raise UsageError(f"unknown quantity {shown(name)}; {hint}")
    return found
