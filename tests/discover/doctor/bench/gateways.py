"""Gateways to serial buses, and replies that are not as the protocol asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from port502.service.call import Call
from port502.service.device import Device
from port502.service.units import Units
from port502.simulate.bus import Line, SerialBus
from port502.simulate.effects import (
    CrcTail,
    PreviousId,
    Refuse,
    WrongId,
    WrongLength,
    WrongUnit,
    ZeroId,
)
from tests.discover.doctor.bench.devices import faulty
from tests.discover.doctor.bench.scenario import on_loopback
from tests.simulate.faulty import device, rule

QUICK_LINE = Line(timeout=0.1)


@on_loopback("GW.0A_ROUTE", "a gateway whose table does not have the unit")
def no_way(folder: Path) -> Any:
    return faulty(rule(Refuse(0x0A), units=frozenset((1,))), service=Units({1: device(), 2: device()}))


@on_loopback("GW.0A_BUSY", "a gateway that answers every third request with 0A")
def overloaded(folder: Path) -> Any:
    return faulty(rule(Refuse(0x0A), nth=3))


@on_loopback("GW.0B_ALL", "a gateway whose serial bus is cut")
def dead_bus(folder: Path) -> Any:
    return faulty(service=SerialBus({}, QUICK_LINE))


@on_loopback("GW.0B_SOME", "a gateway with a bus on which one unit is dead")
def dead_unit(folder: Path) -> Any:
    return faulty(service=SerialBus({2: device()}, QUICK_LINE))


@on_loopback(
    "GW.TIMEOUT_ORDER", "a gateway that waits longer for a dead unit than the client for the gateway"
)
def patient_gateway(folder: Path) -> Any:
    return faulty(service=SerialBus({2: device()}, Line(timeout=0.5)))


@on_loopback("GW.VENDOR_EXC", "a gateway that answers with an exception of its maker")
def own_exception(folder: Path) -> Any:
    return faulty(rule(Refuse(0x43)))


@on_loopback("GW.SLOW", "a device behind a serial line of 9600 baud")
def slow_line(folder: Path) -> Any:
    unit = Device(holding={range(60): 7})
    return faulty(service=SerialBus({1: unit}, Line(baud=9600)), samples=4)


@on_loopback("OK", "a device behind a gateway that ignores all functions but one")
def ignoring(folder: Path) -> Any:
    inner = device()

    def one_function(call: Call) -> Any:
        return inner(call) if call.request.function == 3 else None

    return faulty(
        service=SerialBus({1: one_function}, Line(baud=115200, turnaround=0.0, timeout=0.4)), samples=10
    )


@on_loopback("GW.CACHED", "a gateway that answers out of its memory, with a dead bus behind it")
def cached(folder: Path) -> Any:
    bus = SerialBus({}, QUICK_LINE)
    memory = Units({1: device()}, any_unit=bus)
    return faulty(service=memory, reads="holding:3", watch=1.0, deep=True, other_units=(9,))


@on_loopback("GW.MIXED", "a gateway that hands out the replies of other clients")
def mixed(folder: Path) -> Any:
    return faulty(rule(WrongId(by=700)))


@on_loopback("MB.TXID_LATE", "replies that carry the transaction id of the request before")
def late_ids(folder: Path) -> Any:
    return faulty(rule(PreviousId()))


@on_loopback("MB.TXID_ZERO", "a device that answers every request with transaction id 0")
def zero_ids(folder: Path) -> Any:
    return faulty(rule(ZeroId()))


@on_loopback("MB.UNIT_ECHO", "a device that answers as unit 9 whatever it is asked as")
def wrong_unit(folder: Path) -> Any:
    return faulty(rule(WrongUnit(9)))


@on_loopback("MB.LENGTH", "a device whose header counts one byte too many")
def wrong_length(folder: Path) -> Any:
    return faulty(rule(WrongLength(1)))


@on_loopback("MB.CRC_TAIL", "a gateway that leaves the serial checksum behind the reply")
def crc_tail(folder: Path) -> Any:
    return faulty(rule(CrcTail()))


@on_loopback("MB.CRC_TAIL", "a gateway that counts the serial checksum as part of the reply")
def counted_tail(folder: Path) -> Any:
    return faulty(rule(CrcTail(counted=True)))
