"""Devices that answer, but not what was hoped for: units, functions, addresses, values, times."""

from __future__ import annotations

import contextlib
import json
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from port502.discover.doctor.expect import parse_expected
from port502.discover.doctor.failed_write import read_failed_write
from port502.discover.doctor.question import Question
from port502.guard.record import WRITE, Record
from port502.registers.reference import parse_reference
from port502.service.call import Call, Reply
from port502.service.device import Device
from port502.service.units import Units
from port502.simulate.effects import (
    ConnectionLimit,
    Delay,
    IdleClose,
    Refuse,
    Silent,
    SlowStart,
    Stuck,
)
from port502.simulate.rule import Rule
from tests.discover.doctor.bench.scenario import asked, on_loopback
from tests.simulate.faulty import device, rule, serving


@contextlib.asynccontextmanager
async def faulty(
    *rules: Rule, service: Any = None, reads: str = "", expect: str = "", **more: Any
) -> AsyncIterator[Question]:
    """The question about a device of the simulator with these faults."""
    references = tuple(parse_reference(one) for one in reads.split())
    expected = (parse_expected(expect),) if expect else ()
    async with serving(*rules, service=service) as (server, _):
        yield asked(server.url, reads=references, expected=expected, **more)


def words(value: float, order: str = "abcd") -> list[int]:
    """A float32 as two registers."""
    high, low = struct.unpack(">HH", struct.pack(">f", value))
    return {"abcd": [high, low], "cdab": [low, high]}[order]


@on_loopback("OK", "a healthy device")
def healthy(folder: Path) -> Any:
    return faulty(service=Units(Device(holding={range(60): 7}, input={range(10): 8})))


@on_loopback("APP.SILENT_ACKED", "a server that takes requests and never answers")
def silent(folder: Path) -> Any:
    return faulty(rule(Silent()))


@on_loopback("APP.SLOW", "a server that answers after twice the time-out")
def slow(folder: Path) -> Any:
    return faulty(rule(Delay(0.6, 0.6)))


@on_loopback("APP.SETTLE", "a server that ignores the first moments of each connection")
def settling(folder: Path) -> Any:
    return faulty(rule(SlowStart(0.45)), timeout=0.1, patience=0.2)


@on_loopback("MB.UNIT", "a device that answers as unit 255 only, and ignores all others")
def other_unit(folder: Path) -> Any:
    return faulty(service=Units({255: device()}, silent=True))


@on_loopback("MB.UNIT", "a device that answers as unit 17 only, looked for with --deep")
def found_unit(folder: Path) -> Any:
    return faulty(service=Units({17: device()}, silent=True), deep=True)


@on_loopback("MB.ANY_UNIT", "a device that answers every unit id")
def any_unit(folder: Path) -> Any:
    return faulty(service=Units({}, any_unit=device()), deep=True)


@on_loopback("MB.FUNCTION", "a device without holding registers: exception 01 to function 03")
def no_function(folder: Path) -> Any:
    service = Units(Device(input={range(10): 5}))
    return faulty(rule(Refuse(1), functions=frozenset((3,))), service=service, reads="holding:0*2")


@on_loopback("MB.FUNCTION", "a device that ignores function 03 and answers function 04")
def ignored_function(folder: Path) -> Any:
    service = Units(Device(holding={0: [1]}, input={0: [5]}))
    return faulty(rule(Silent(), functions=frozenset((3,))), service=service)


@on_loopback("MB.ADDRESS", "40001 typed literally as an address")
def literal_address(folder: Path) -> Any:
    return faulty(reads="holding:40001")


@on_loopback("MB.ADDRESS", "a register that is in the input table only")
def other_table(folder: Path) -> Any:
    return faulty(service=Units(Device(holding={0: [1]}, input={range(300, 310): 5})), reads="holding:305")


@on_loopback("MB.EDGE", "a block that runs over the last register")
def over_the_edge(folder: Path) -> Any:
    return faulty(reads="holding:4*10")


@on_loopback("MB.QUANTITY", "a device that reads 20 registers at once, asked for 60")
def too_long(folder: Path) -> Any:
    service = Units(Device(holding={range(100): 3}))
    return faulty(rule(Refuse(3), quantity=range(21, 126)), service=service, reads="holding:0*60")


@on_loopback("MB.BUSY", "a device that is always busy: exception 06")
def busy(folder: Path) -> Any:
    return faulty(rule(Refuse(6)))


@on_loopback("MB.DEVICE_FAILURE", "a device that fails at every read: exception 04")
def failing(folder: Path) -> Any:
    return faulty(rule(Refuse(4)))


@on_loopback("UNKNOWN", "a device that answers every read with exception 08")
def strange(folder: Path) -> Any:
    return faulty(rule(Refuse(8)))


@on_loopback("MB.PIPELINE", "a device that drops a request while it answers another")
def one_at_a_time(folder: Path) -> Any:
    rules = (rule(Silent(), pipelined=True), rule(Delay(0.004, 0.004)))
    return faulty(*rules, service=Units(Device(holding={range(60): 7})), deep=True)


@on_loopback("MB.WRITE_REFUSED", "a device that reads well, and an audit log with a refused write")
def write_refused(folder: Path) -> Any:
    line = Record(
        event=WRITE, unit=1, function=6, table="holding", address=3, exception=2, outcome="exception 2"
    )
    log = folder / "audit.jsonl"
    log.write_text(json.dumps({"seq": 1, **line.fields()}) + "\n")
    return faulty(failed_write=read_failed_write(log))


@on_loopback("DATA.ZERO", "a device whose registers are all zero")
def zeros(folder: Path) -> Any:
    return faulty(service=Units(Device(holding={range(20): 0}, input={range(20): 9})), reads="holding:0*10")


@on_loopback("DATA.SENTINEL", "a meter whose value is not available: 0x8000")
def sentinel(folder: Path) -> Any:
    return faulty(rule(Stuck(0x8000)), reads="holding:0/int16")


@on_loopback("DATA.OFF_BY_ONE", "231.7 V one address beside the one that was asked")
def beside(folder: Path) -> Any:
    holding = {0: [0x1234, *words(231.7), 0x4321, 0]}
    return faulty(service=Units(Device(holding=holding)), expect="holding:0/float32 ~ 231.7")


@on_loopback("DATA.WORD_ORDER", "231 V with the words in the other order")
def swapped(folder: Path) -> Any:
    holding = {0: [*words(231.0, "cdab"), 0, 0]}
    return faulty(service=Units(Device(holding=holding)), expect="holding:0/float32 ~ 231 V")


@on_loopback("DATA.TYPE", "230.5 V as an integer of tenths, where a float was expected")
def other_type(folder: Path) -> Any:
    return faulty(service=Units(Device(holding={0: [2305, 0, 0]})), expect="holding:0/float32 ~ 230.5")


@on_loopback("DATA.FROZEN", "a value that stands still")
def frozen(folder: Path) -> Any:
    return faulty(reads="holding:3", watch=1.0)


@on_loopback("DATA.TORN", "a counter whose high word is stored before its low word")
def torn(folder: Path) -> Any:
    polls = iter([(1, 65400), (1, 65450), (1, 65500), (2, 65530), (2, 10), (2, 60)] * 20)
    inner = Units(Device(holding={range(2): 1}))

    def service(call: Call) -> Reply:
        if getattr(call.request, "quantity", 1) == 2:
            from port502.protocol.register_access import ReadHoldingRegistersResponse
            from port502.protocol.words import data_of

            return ReadHoldingRegistersResponse(data_of(next(polls)))
        answer: Any = inner(call)
        return answer

    return faulty(service=service, reads="holding:0/uint32", watch=0.5)


@on_loopback("PERF.JITTER", "a device that another master keeps busy at times")
def jitter(folder: Path) -> Any:
    service = Units(Device(holding={range(60): 7}))
    return faulty(rule(Delay(0.12, 0.13), nth=4), service=service, samples=24)


@on_loopback("PERF.LIMIT", "a device that refuses a third connection")
def limited(folder: Path) -> Any:
    return faulty(rule(ConnectionLimit(2)), deep=True)


@on_loopback("TCP.EVICTED", "a device that ends its oldest connection for a new one")
def evicting(folder: Path) -> Any:
    return faulty(rule(ConnectionLimit(1, "evict")), deep=True)


@on_loopback("TCP.IDLE", "a device that closes connections after half a second without requests")
def idle(folder: Path) -> Any:
    return faulty(rule(IdleClose(0.5)), deep=True, idle=(1.0,))
