"""Which model a product's category asks for."""

from __future__ import annotations

from collections.abc import Callable, Collection

from port502.simulate.models.battery import Battery
from port502.simulate.models.charger import Charger
from port502.simulate.models.drive import Drive
from port502.simulate.models.generator import Generator
from port502.simulate.models.heat_pump import HeatPump
from port502.simulate.models.hybrid import Hybrid
from port502.simulate.models.inverter import Inverter
from port502.simulate.models.io_module import IoModule
from port502.simulate.models.meter import Meter
from port502.simulate.models.model import Model
from port502.simulate.models.sensor import Sensor
from port502.simulate.models.supply import Supply
from port502.simulate.models.tank import Tank
from port502.simulate.models.ups import Ups

MODELS: dict[str, Callable[[object], Model]] = {
    "energy_meter": Meter,
    "power_monitor": Meter,
    "power_filter": Meter,
    "inverter": Inverter,
    "charge_controller": Hybrid,
    "battery": Battery,
    "ev_charger": Charger,
    "heat_pump": HeatPump,
    "heating": HeatPump,
    "hvac": HeatPump,
    "motor_drive": Drive,
    "pump": Drive,
    "plc": Tank,
    "io_module": IoModule,
    "ups": Ups,
    "power_supply": Supply,
    "genset_controller": Generator,
    "sensor": Sensor,
    "gateway": Meter,
    "other": Hybrid,
}
"""The model of each category of products; those without one have points that move by themselves."""

OUTWARD = (Inverter, Generator)
"""Models in which a positive power is one that is given, not taken."""


def model_for(category: str, quantities: Collection[str], seed: object) -> Model | None:
    """A new model for a product of a category that measures these quantities; None where there is none."""
    measured = set(quantities)
    if category == "inverter" and {"state_of_charge", "battery_power"} & measured:
        return Hybrid(seed)
    if category == "battery" and {"pv_power", "load_power", "grid_power"} & measured:
        return Hybrid(seed)
    make = MODELS.get(category)
    return make(seed) if make is not None else None
