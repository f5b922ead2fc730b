"""What SunSpec's points are called in all maps: their harmonised names and quantities, where the meaning is clear.

Phases A, B, C are l1, l2, l3. SunSpec counts what an inverter delivers as positive, and what a meter takes from the
grid as imported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_PHASES = (("A", "l1"), ("B", "l2"), ("C", "l3"))
_PAIRS = (("AB", "l1_l2"), ("BC", "l2_l3"), ("CA", "l3_l1"))


@dataclass(frozen=True, slots=True)
class Harmony:
    """The harmonised name of a point, its quantity and its phase; each empty where there is none."""

    name: str
    quantity: str = ""
    phase: str = ""


def _plain(table: str) -> Iterator[tuple[str, Harmony]]:
    """Rows of ``SunSpec name, name, quantity``."""
    for row in table.strip().splitlines():
        sunspec, name, *quantity = row.split()
        yield sunspec, Harmony(name, quantity[0] if quantity else "")


def _phased(
    sunspec: str, name: str, quantity: str = "", letters: bool = True
) -> Iterator[tuple[str, Harmony]]:
    """A point for each phase: ``WphA`` is ``active_power_l1``."""
    for number, (letter, phase) in enumerate(_PHASES, 1):
        yield f"{sunspec}{letter if letters else number}", Harmony(f"{name}_{phase}", quantity or name, phase)


def _paired(sunspec: str, letters: bool = True) -> Iterator[tuple[str, Harmony]]:
    for (letter, phases), numbers in zip(_PAIRS, ("VL1L2", "VL2L3", "VL3L1"), strict=True):
        yield (
            (f"{sunspec}{letter}" if letters else numbers),
            Harmony(f"voltage_{phases}", "line_voltage", phases),
        )


_COMMON = dict(
    _plain("""
        Mn manufacturer manufacturer
        Md model model
        Opt options identity
        Vr version firmware_version
        SN serial_number serial_number
        DA unit_address address
    """)
)

_INVERTER = {
    **dict(
        _plain("""
            A current_total current
            W active_power_total active_power
            Hz frequency frequency
            VA apparent_power_total apparent_power
            VAr reactive_power_total reactive_power
            PF power_factor_total power_factor
            WH active_energy_export active_energy_export
            DCA dc_current dc_current
            DCV dc_voltage dc_voltage
            DCW dc_power dc_power
            TmpCab cabinet_temperature device_temperature
            TmpSnk heatsink_temperature heatsink_temperature
            TmpTrns transformer_temperature temperature
            TmpOt other_temperature temperature
            St operating_state state
        """)
    ),
    **dict(_phased("Aph", "current")),
    **dict(_phased("PhVph", "voltage")),
    **dict(_paired("PPVph")),
}

_METER = {
    **dict(
        _plain("""
            A current_total current
            PhV voltage_average voltage
            PPV line_voltage_average line_voltage
            Hz frequency frequency
            W active_power_total active_power
            VA apparent_power_total apparent_power
            VAR reactive_power_total reactive_power
            PF power_factor_total power_factor
            TotWhExp active_energy_export active_energy_export
            TotWhImp active_energy_import active_energy_import
            TotVAhExp apparent_energy_export apparent_energy
            TotVAhImp apparent_energy_import apparent_energy
        """)
    ),
    **dict(_phased("Aph", "current")),
    **dict(_phased("PhVph", "voltage")),
    **dict(_paired("PhVph")),
    **dict(_paired("PPVph")),
    **dict(_phased("Wph", "active_power")),
    **dict(_phased("VAph", "apparent_power")),
    **dict(_phased("VARph", "reactive_power")),
    **dict(_phased("PFph", "power_factor")),
    **dict(_phased("TotWhExpPh", "active_energy_export")),
    **dict(_phased("TotWhImpPh", "active_energy_import")),
    **dict(_phased("TotVAhExpPh", "apparent_energy_export", "apparent_energy")),
    **dict(_phased("TotVAhImpPh", "apparent_energy_import", "apparent_energy")),
}

_DER = {
    **dict(
        _plain("""
            St operating_state state
            InvSt inverter_state state
            ConnSt connection_state connection_state
            Alrm alarms alarm
            W active_power_total active_power
            VA apparent_power_total apparent_power
            Var reactive_power_total reactive_power
            PF power_factor_total power_factor
            A current_total current
            LLV line_voltage_average line_voltage
            LNV voltage_average voltage
            Hz frequency frequency
            TotWhInj active_energy_export active_energy_export
            TotWhAbs active_energy_import active_energy_import
            TotVarhInj reactive_energy_export reactive_energy_export
            TotVarhAbs reactive_energy_import reactive_energy_import
            TmpAmb ambient_temperature ambient_temperature
            TmpCab cabinet_temperature device_temperature
            TmpSnk heatsink_temperature heatsink_temperature
            TmpTrns transformer_temperature temperature
            TmpSw switch_temperature temperature
            TmpOt other_temperature temperature
        """)
    ),
    **dict(_phased("WL", "active_power", letters=False)),
    **dict(_phased("VAL", "apparent_power", letters=False)),
    **dict(_phased("VarL", "reactive_power", letters=False)),
    **dict(_phased("PFL", "power_factor", letters=False)),
    **dict(_phased("AL", "current", letters=False)),
    **dict(_phased("VL", "voltage", letters=False)),
    **dict(_paired("", letters=False)),
    **dict(_phased("TotWhInjL", "active_energy_export", letters=False)),
    **dict(_phased("TotWhAbsL", "active_energy_import", letters=False)),
    **dict(_phased("TotVarhInjL", "reactive_energy_export", letters=False)),
    **dict(_phased("TotVarhAbsL", "reactive_energy_import", letters=False)),
}

_BATTERY = dict(
    _plain("""
        SoC state_of_charge state_of_charge
        SoH state_of_health state_of_health
        DoD depth_of_discharge depth_of_discharge
        NCyc cycles cycles
        V battery_voltage battery_voltage
        A battery_current battery_current
        W battery_power battery_power
        State operating_state state
        ChaSt charge_state state
        CellVMax cell_voltage_max cell_voltage
        CellVMin cell_voltage_min cell_voltage
        CellVAvg cell_voltage_average cell_voltage
        ModTmpMax battery_temperature_max battery_temperature
        ModTmpMin battery_temperature_min battery_temperature
        ModTmpAvg battery_temperature_average battery_temperature
    """)
)

_STORAGE = dict(
    _plain("""
        ChaState state_of_charge state_of_charge
        InBatV battery_voltage battery_voltage
        ChaSt charge_state state
    """)
)

_DER_STORAGE = dict(
    _plain("""
        WHRtg energy_capacity energy_capacity
        WHAvail energy_stored energy_stored
        SoC state_of_charge state_of_charge
        SoH state_of_health state_of_health
        Sta operating_state state
    """)
)

_DC = dict(
    _plain("""
        DCA dc_current dc_current
        DCV dc_voltage dc_voltage
        DCW dc_power dc_power
        DCWH dc_energy dc_energy
        DCWhInj dc_energy_export dc_energy
        DCWhAbs dc_energy_import dc_energy
        Tmp temperature temperature
        DCSt operating_state state
        DCSta operating_state state
        IDStr name name
    """)
)

_WEATHER = dict(
    _plain("""
        GHI irradiance_global irradiance
        POAI irradiance_plane irradiance
        TmpAmb ambient_temperature ambient_temperature
        TmpBOM module_temperature module_temperature
        RH humidity humidity
        Pres air_pressure air_pressure
        WndSpd wind_speed wind_speed
        WndDir wind_direction wind_direction
    """)
)

_NAMEPLATE = dict(
    _plain("""
        WRtg rated_active_power rated_power
        VARtg rated_apparent_power rated_power
        ARtg rated_current rated_current
        WHRtg energy_capacity energy_capacity
        AhrRtg charge_capacity charge_capacity
        WMaxRtg rated_active_power rated_power
        VAMaxRtg rated_apparent_power rated_power
        VNomRtg rated_voltage rated_voltage
    """)
)


@dataclass(frozen=True, slots=True)
class Family:
    """Models that describe the same kind of thing: ``category`` is that of a product with one.

    The first model of the best ``rank`` in a chain needs no prefix, 0 is none.
    """

    prefix: str
    points: Mapping[str, Harmony]
    rank: int = 0
    category: str = "other"


def _families() -> Iterator[tuple[int, Family]]:
    common = Family("common", _COMMON)
    inverter = Family("inverter", _INVERTER, 1, "inverter")
    meter = Family("meter", _METER, 2, "energy_meter")
    weather = Family("weather", _WEATHER, 4, "sensor")
    battery = Family("battery", _BATTERY, 3, "battery")
    yield 1, common
    for model in (101, 102, 103, 111, 112, 113):
        yield model, inverter
    for model in (201, 202, 203, 204, 211, 212, 213, 214):
        yield model, meter
    yield 701, Family("der", _DER, 1, "inverter")
    yield 802, battery
    yield 124, Family("storage", _STORAGE)
    yield 713, Family("der_storage", _DER_STORAGE)
    yield 160, Family("mppt", _DC)
    yield 714, Family("dc", _DC)
    yield 120, Family("nameplate", _NAMEPLATE)
    yield 702, Family("der_nameplate", _NAMEPLATE)
    yield 804, Family("battery_string", _BATTERY)
    for model in (302, 303, 307, 308):
        yield model, weather


FAMILIES: Mapping[int, Family] = dict(_families())
"""The family of every model whose points have harmonised names."""
