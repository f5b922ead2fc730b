"""Units of measure: UCUM codes, how people read them, and which of them measure the same thing.

UCUM has no reactive power, so that annotations tell var from V.A, as its clause on curly braces allows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from port502.errors import UsageError
from port502.registers.values import shown


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its UCUM ``code``, what people read, and the ``dimension`` it measures.

    A value times ``factor`` plus ``shift`` is the value in the first unit of the dimension.
    """

    code: str
    pretty: str
    dimension: str
    factor: float = 1.0
    shift: float = 0.0

    def __str__(self) -> str:
        return self.pretty


_TABLE: dict[str, tuple[tuple[str, str, float], ...]] = {
    "voltage": (("V", "V", 1), ("uV", "µV", 1e-6), ("mV", "mV", 1e-3), ("kV", "kV", 1e3)),
    "current": (("A", "A", 1), ("uA", "µA", 1e-6), ("mA", "mA", 1e-3), ("kA", "kA", 1e3)),
    "active power": (
        ("W", "W", 1),
        ("mW", "mW", 1e-3),
        ("kW", "kW", 1e3),
        ("MW", "MW", 1e6),
        ("GW", "GW", 1e9),
    ),
    "apparent power": (("V.A", "VA", 1), ("kV.A", "kVA", 1e3), ("MV.A", "MVA", 1e6)),
    "reactive power": (
        ("V.A{reactive}", "var", 1),
        ("kV.A{reactive}", "kvar", 1e3),
        ("MV.A{reactive}", "Mvar", 1e6),
    ),
    "energy": (
        ("W.h", "Wh", 1),
        ("mW.h", "mWh", 1e-3),
        ("kW.h", "kWh", 1e3),
        ("MW.h", "MWh", 1e6),
        ("GW.h", "GWh", 1e9),
        ("J", "J", 1 / 3600),
        ("kJ", "kJ", 1 / 3.6),
        ("MJ", "MJ", 1e3 / 3.6),
        ("GJ", "GJ", 1e6 / 3.6),
    ),
    "apparent energy": (("V.A.h", "VAh", 1), ("kV.A.h", "kVAh", 1e3), ("MV.A.h", "MVAh", 1e6)),
    "reactive energy": (
        ("V.A.h{reactive}", "varh", 1),
        ("kV.A.h{reactive}", "kvarh", 1e3),
        ("MV.A.h{reactive}", "Mvarh", 1e6),
    ),
    "charge": (("A.h", "Ah", 1), ("mA.h", "mAh", 1e-3), ("kA.h", "kAh", 1e3), ("C", "C", 1 / 3600)),
    "frequency": (("Hz", "Hz", 1), ("mHz", "mHz", 1e-3), ("kHz", "kHz", 1e3), ("MHz", "MHz", 1e6)),
    "ratio": (
        ("1", "", 1),
        ("%", "%", 0.01),
        ("[ppth]", "‰", 1e-3),
        ("[ppm]", "ppm", 1e-6),
        ("[ppb]", "ppb", 1e-9),
    ),
    "angle": (("deg", "°", 1), ("rad", "rad", 57.29577951308232)),
    "temperature": (("Cel", "°C", 1), ("K", "K", 1), ("[degF]", "°F", 1)),
    "resistance": (
        ("Ohm", "Ω", 1),
        ("uOhm", "µΩ", 1e-6),
        ("mOhm", "mΩ", 1e-3),
        ("kOhm", "kΩ", 1e3),
        ("MOhm", "MΩ", 1e6),
    ),
    "capacitance": (("F", "F", 1), ("mF", "mF", 1e-3), ("uF", "µF", 1e-6)),
    "time": (
        ("s", "s", 1),
        ("us", "µs", 1e-6),
        ("ms", "ms", 1e-3),
        ("min", "min", 60),
        ("h", "h", 3600),
        ("d", "d", 86400),
        ("wk", "wk", 604800),
        ("mo", "mo", 2629746),
        ("a", "a", 31557600),
    ),
    "pressure": (
        ("Pa", "Pa", 1),
        ("hPa", "hPa", 100),
        ("kPa", "kPa", 1e3),
        ("MPa", "MPa", 1e6),
        ("mbar", "mbar", 100),
        ("bar", "bar", 1e5),
        ("[psi]", "psi", 6894.757293168),
        ("m[H2O]", "mH₂O", 9806.65),
    ),
    "volume": (("m3", "m³", 1), ("L", "L", 1e-3), ("mL", "mL", 1e-6), ("[gal_us]", "gal", 0.003785411784)),
    "volume flow": (
        ("m3/h", "m³/h", 1),
        ("m3/s", "m³/s", 3600),
        ("m3/min", "m³/min", 60),
        ("L/h", "L/h", 1e-3),
        ("L/min", "L/min", 0.06),
        ("L/s", "L/s", 3.6),
    ),
    "mass": (("kg", "kg", 1), ("g", "g", 1e-3), ("t", "t", 1e3)),
    "mass flow": (("kg/h", "kg/h", 1), ("kg/s", "kg/s", 3600), ("g/h", "g/h", 1e-3), ("t/h", "t/h", 1e3)),
    "length": (("m", "m", 1), ("um", "µm", 1e-6), ("mm", "mm", 1e-3), ("cm", "cm", 1e-2), ("km", "km", 1e3)),
    "speed": (
        ("m/s", "m/s", 1),
        ("mm/s", "mm/s", 1e-3),
        ("m/min", "m/min", 1 / 60),
        ("km/h", "km/h", 1 / 3.6),
        ("[kn_i]", "kn", 0.514444),
    ),
    "acceleration": (("m/s2", "m/s²", 1), ("mm/s2", "mm/s²", 1e-3), ("[g]", "gₙ", 9.80665)),
    "rotation": (("{rpm}", "rpm", 1), ("/min", "/min", 1), ("/s", "/s", 60)),
    "torque": (("N.m", "N·m", 1), ("kN.m", "kN·m", 1e3)),
    "force": (("N", "N", 1), ("kN", "kN", 1e3)),
    "irradiance": (("W/m2", "W/m²", 1), ("kW/m2", "kW/m²", 1e3)),
    "insolation": (("W.h/m2", "Wh/m²", 1), ("kW.h/m2", "kWh/m²", 1e3)),
    "illuminance": (("lx", "lx", 1), ("klx", "klx", 1e3)),
    "concentration": (
        ("ug/m3", "µg/m³", 1),
        ("mg/m3", "mg/m³", 1e3),
        ("g/m3", "g/m³", 1e6),
        ("mg/L", "mg/L", 1e6),
    ),
    "acidity": (("[pH]", "pH", 1),),
    "conductivity": (("S/m", "S/m", 1), ("mS/cm", "mS/cm", 0.1), ("uS/cm", "µS/cm", 1e-4)),
    "turbidity": (("{NTU}", "NTU", 1),),
    "sound": (("dB", "dB", 1), ("dB[A]", "dB(A)", 1)),
    "signal": (("dB[mW]", "dBm", 1),),
    "data": (("By", "B", 1), ("KiBy", "KiB", 1024), ("MiBy", "MiB", 1 << 20)),
    "data rate": (
        ("bit/s", "bit/s", 1),
        ("kbit/s", "kbit/s", 1e3),
        ("Mbit/s", "Mbit/s", 1e6),
        ("Bd", "Bd", 1),
    ),
    "events": (
        ("{count}", "", 1),
        ("{pulse}", "pulses", 1),
        ("{cycle}", "cycles", 1),
        ("{step}", "steps", 1),
        ("{cell}", "cells", 1),
    ),
    "change per time": (
        ("%/s", "%/s", 1),
        ("%/min", "%/min", 1 / 60),
        ("V/s", "V/s", 1),
        ("A/s", "A/s", 1),
        ("W/s", "W/s", 1),
        ("W/min", "W/min", 1 / 60),
        ("Hz/s", "Hz/s", 1),
        ("K/min", "K/min", 1),
        ("{rpm}/s", "rpm/s", 1),
    ),
    "droop": (
        ("V/%", "V/%", 1),
        ("Hz/%", "Hz/%", 1),
        ("%/Hz", "%/Hz", 1),
        ("%/V", "%/V", 1),
        ("mV/K", "mV/K", 1),
        ("mV/Cel", "mV/°C", 1),
    ),
    "efficiency": (
        ("km/kW.h", "km/kWh", 1),
        ("W.h/km", "Wh/km", 1),
        ("W.h/m3", "Wh/m³", 1),
        ("{pulse}/kW.h", "pulses/kWh", 1),
    ),
    "per cell": (("V/{cell}", "V/cell", 1), ("mV/{cell}", "mV/cell", 1e-3)),
    "emission": (("kg{CO2}", "kg CO₂", 1), ("t{CO2}", "t CO₂", 1e3)),
}

_OTHER_SPELLINGS = """
Cel=degC,°C,C°,ºC,℃,celsius,*C [degF]=degF,°F deg=°,degree,degrees Ohm=ohm,Ω kOhm=kohm,kΩ MOhm=Mohm,MΩ
mOhm=mohm,mΩ V.A{reactive}=VAr,VAR,Var kV.A{reactive}=kVAr,kVAR,kVar MV.A{reactive}=MVAr
V.A.h{reactive}=VArh,Varh kV.A.h{reactive}=kVArh,kVarh L=l L/min=l/min L/h=l/h L/s=l/s m3=m^3
m3/h=m^3/h,m3h mL=ml {rpm}=rpm,RPM,r/min /min=1/min,min-1 /s=1/s {rpm}/s=rpm/s N.m=Nm,N·m kN.m=kNm
W/m2=W/m^2 m/s2=m/s^2 lx=lux [psi]=psi [ppth]=‰ [ppm]=ppm [ppb]=ppb [pH]=pH {NTU}=NTU dB[A]=dBA dB[mW]=dBm
By=B Bd=baud bit/s=bps kbit/s=kbps Mbit/s=Mbps ug/m3=ug/m³,μg/m3 uV=µV uA=µA us=µs um=µm uS/cm=µS/cm uF=µF
a=y,year,years mo=month,months wk=week d=day,days h=hour,hours,hrs,hr min=minute,minutes
s=sec,second,seconds ms=mS {step}=step {pulse}=pulse,pulses,imp {cycle}=cycle,cycles {cell}=cell
{count}=count,counts,pcs mV/Cel=mV/*C,mV/°C mV/{cell}=mV/Cell V/{cell}=V/Cell [kn_i]=kn m[H2O]=mH2O
km/kW.h=km/kWh {pulse}/kW.h=pulses/kWh,imp/kWh W.h/m2=Wh/m2 kW.h/m2=kWh/m2 %=%RH,%rH,rH,pct,percent
W.h/km=Wh/km W.h/m3=Wh/m3
"""
"""Each code, and what else people write for it."""

_SHIFTS = {"K": (1.0, -273.15), "[degF]": (5 / 9, -160 / 9)}
_OWN = re.compile(r"\{[^{}\s]{1,30}\}")


@cache
def units() -> dict[str, Unit]:
    """Every known unit by its UCUM code."""
    known: dict[str, Unit] = {}
    for dimension, rows in _TABLE.items():
        for code, pretty, factor in rows:
            times, shift = _SHIFTS.get(code, (factor, 0.0))
            known[code] = Unit(code, pretty, dimension, times, shift)
    return known


@cache
def _spellings() -> dict[str, str]:
    found = {unit.pretty: code for code, unit in units().items() if unit.pretty}
    for entry in _OTHER_SPELLINGS.split():
        code, _, others = entry.partition("=")
        found |= dict.fromkeys(others.split(","), code)
    return found | {code: code for code in units()}


def parse_unit(text: str) -> Unit | None:
    """The unit that a text means, a UCUM code or a usual spelling; None for none at all.

    ``{words}`` is a unit of one's own. Raises UsageError for any other text.
    """
    text = text.strip()
    if not text:
        return None
    code = _spellings().get(text)
    if code is not None:
        return units()[code]
    if _OWN.fullmatch(text):
        return Unit(text, text[1:-1], "events")
    alike = [one for one in _spellings() if one.lower() == text.lower()]
    hint = f"did you mean {alike[0]}?" if alike else f"a unit of your own stands in braces: {{{text[:20]}}}"
    raise UsageError(f"unknown unit {shown(text)}; {hint}")
