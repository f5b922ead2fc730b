"""Characters of devices as they are met in the field: limits and faults that go together, by name."""

from __future__ import annotations

from dataclasses import dataclass

from port502.errors import UsageError
from port502.protocol.codes import (
    GATEWAY_TARGET_FAILED,
    ILLEGAL_DATA_VALUE,
    ILLEGAL_FUNCTION,
    MAX_READ_REGISTERS,
    SERVER_DEVICE_FAILURE,
)
from port502.simulate.effects import (
    ConnectionLimit,
    Delay,
    IdleClose,
    Refuse,
    ResetInstead,
    Silent,
    SlowStart,
    Stale,
    Stuck,
)
from port502.simulate.rule import Rule, When

MINUTE = 60.0
READ_FUNCTIONS = frozenset({1, 2, 3, 4})
PLAIN_FUNCTIONS = frozenset({1, 2, 3, 4, 5, 6, 15, 16})
OTHER_FUNCTIONS = frozenset(range(256)) - PLAIN_FUNCTIONS


@dataclass(frozen=True, slots=True)
class Personality:
    """A character: what it is like, and the rules that make it so."""

    name: str
    meaning: str
    rules: tuple[Rule, ...]


def _rule(name: str, effect: object, **when: object) -> Rule:
    return Rule(effect, When(**when), name)  # type: ignore[arg-type]


def _more_than(quantity: int) -> dict[str, object]:
    return {"functions": frozenset({3, 4}), "quantity": range(quantity + 1, MAX_READ_REGISTERS + 1)}


_CHEAP_GATEWAY = Personality(
    "cheap-gateway",
    "two connections, a third is left silent; one request at a time, what comes in between is lost; slow, now and"
    " then too late, and sometimes it does not reach its device",
    (
        _rule("third connection", ConnectionLimit(2, "silent")),
        _rule("sent in between", Silent(), pipelined=True),
        _rule("not reached", Refuse(GATEWAY_TARGET_FAILED), probability=0.01),
        _rule("too late", Delay(1.1, 2.0), probability=0.01),
        _rule("slow", Delay(0.02, 0.4, typical=0.06)),
    ),
)
_ONE_CONNECTION = Personality(
    "one-connection-inverter",
    "one connection, others are refused; nothing in its first second, 100 registers at most, closed when idle for a"
    " minute",
    (
        _rule("second connection", ConnectionLimit(1, "refuse")),
        _rule("idle", IdleClose(MINUTE)),
        _rule("start", SlowStart(1.0)),
        _rule("too many registers", Refuse(ILLEGAL_DATA_VALUE), **_more_than(100)),
        _rule("slow", Delay(0.05, 0.6, typical=0.12)),
    ),
)
_STRICT_PLC = Personality(
    "strict-plc",
    "eight connections, plain functions only, 100 registers at most, answers by its scan of 10 ms",
    (
        _rule("ninth connection", ConnectionLimit(8, "refuse")),
        _rule("other function", Refuse(ILLEGAL_FUNCTION), functions=OTHER_FUNCTIONS),
        _rule("too many registers", Refuse(ILLEGAL_DATA_VALUE), **_more_than(100)),
        _rule("scan", Delay(0.0, 0.01)),
    ),
)
_DYING_METER = Personality(
    "dying-meter",
    "well at first; within ten minutes slow, then stuck, refusing, silent, and dead",
    (
        _rule("dead", Silent(), start=10 * MINUTE),
        _rule("silent", Silent(), start=5 * MINUTE, probability=0.3),
        _rule("failing", Refuse(SERVER_DEVICE_FAILURE), start=4 * MINUTE, probability=0.2),
        _rule("reset", ResetInstead(), start=4 * MINUTE, probability=0.05),
        _rule("no values", Stuck(0x8000), start=3 * MINUTE, probability=0.05, functions=READ_FUNCTIONS),
        _rule("stands still", Stale(), start=2 * MINUTE, duration=MINUTE),
        _rule("slow", Delay(0.1, 3.0, typical=0.3), start=MINUTE, probability=0.3),
    ),
)

PERSONALITIES = {one.name: one for one in (_CHEAP_GATEWAY, _ONE_CONNECTION, _STRICT_PLC, _DYING_METER)}
"""Every personality by name."""


def personality(name: str) -> Personality:
    """The personality of a name; raises UsageError for one that there is not."""
    if name not in PERSONALITIES:
        raise UsageError(f"no personality {name!r}; there are {', '.join(sorted(PERSONALITIES))}")
    return PERSONALITIES[name]
