"""For any policy and any bytes, what reaches the device is allowed by a plain reading of the policy.

The reading here is written for this test: it takes bytes and rules, one after the other, and nothing of the engine.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from port502.errors import DeviceError, FrameError
from port502.guard.explain import objection
from port502.guard.gate import Gate
from port502.guard.layer import PolicedService
from port502.guard.operations import WORDS, all_operations
from port502.guard.parts import parts_of
from port502.guard.policy import Action, ClientRule, FilePlace, Place, Policy, Refusal, Rule, ValueLimits
from port502.protocol.mbap import MbapFraming
from port502.protocol.message import ExceptionResponse
from port502.protocol.pdu import decode_request
from port502.protocol.server import ServerConnection
from port502.registers.reference import Table
from port502.service.call import Call, Reply, Session
from port502.service.ending import EndConnection
from tests.thoroughness import times

pytestmark = pytest.mark.slow

SESSIONS = (Session("10.0.0.1"), Session("10.0.0.2", role="engineer"), Session("192.168.1.1"))
CLIENTS = (ClientRule("net", networks=("10.0.0.0/24",)), ClientRule("role", roles=frozenset({"engineer"})))
NAMES = ({"net"}, {"net", "role"}, set())


# The plain reading


@dataclass
class Deed:
    """One thing that a PDU does, as its bytes say."""

    operation: str
    writes: bool
    table: str = ""
    cells: list[int] = field(default_factory=list)
    values: list[int] | None = None
    file: int = 0


def deeds(pdu: bytes) -> list[Deed]:
    """What a PDU does."""
    function = pdu[0]
    words = lambda data: list(struct.unpack(f">{len(data) // 2}H", data))  # noqa: E731
    span = lambda at, count: list(range(at, at + count))  # noqa: E731
    if function in (1, 2, 3, 4):
        at, count = struct.unpack(">HH", pdu[1:5])
        return [
            Deed(
                str(function),
                False,
                {1: "coil", 2: "discrete", 3: "holding", 4: "input"}[function],
                span(at, count),
            )
        ]
    if function == 5:
        at, value = struct.unpack(">HH", pdu[1:5])
        return [Deed("5", True, "coil", [at], [1 if value else 0])]
    if function == 6:
        at, value = struct.unpack(">HH", pdu[1:5])
        return [Deed("6", True, "holding", [at], [value])]
    if function == 15:
        at, count = struct.unpack(">HH", pdu[1:5])
        bits = [pdu[6 + index // 8] >> (index % 8) & 1 for index in range(count)]
        return [Deed("15", True, "coil", span(at, count), bits)]
    if function == 16:
        at, count = struct.unpack(">HH", pdu[1:5])
        return [Deed("16", True, "holding", span(at, count), words(pdu[6:]))]
    if function == 22:
        at, kept, new = struct.unpack(">HHH", pdu[1:7])
        return [Deed("22", True, "holding", [at], None if kept else [new])]
    if function == 23:
        read_at, reads, at, count = struct.unpack(">HHHH", pdu[1:9])
        return [
            Deed("23r", False, "holding", span(read_at, reads)),
            Deed("23w", True, "holding", span(at, count), words(pdu[10:])),
        ]
    if function == 24:
        at = struct.unpack(">H", pdu[1:3])[0]
        return [Deed("24", False, "holding", [one for one in span(at, 32) if one < 65536])]
    if function == 20:
        groups = [struct.unpack(">BHHH", pdu[start : start + 7]) for start in range(2, len(pdu), 7)]
        return [
            Deed("20", False, "file", span(record, count), file=file) for _, file, record, count in groups
        ]
    if function == 21:
        return list(written_records(pdu))
    if function == 8:
        sub = struct.unpack(">H", pdu[1:3])[0]
        return [Deed(f"8/{sub}", sub in (1, 3, 4, 10, 20))]
    if function == 43:
        return [Deed(f"43/{pdu[1]}", pdu[1] == 13)]
    return [Deed(str(function), function not in (7, 11, 12, 17))]


def written_records(pdu: bytes) -> Iterator[Deed]:
    start = 2
    while start < len(pdu):
        _, file, record, count = struct.unpack(">BHHH", pdu[start : start + 7])
        data = pdu[start + 7 : start + 7 + 2 * count]
        yield Deed(
            "21",
            True,
            "file",
            list(range(record, record + count)),
            list(struct.unpack(f">{count}H", data)),
            file,
        )
        start += 7 + 2 * count


def may(policy: Policy, names: set[str], unit: int, pdu: bytes) -> bool:
    """Whether a policy allows a request, part by part, rule by rule."""
    done = deeds(pdu)
    if policy.read_only and any(deed.writes for deed in done):
        return False
    for deed in done:
        for rule in policy.rules:
            if fits(rule, names, unit, deed):
                if rule.deny:
                    return False
                break
        else:
            return False
    return True


def fits(rule: Rule, names: set[str], unit: int, deed: Deed) -> bool:
    if rule.clients and not names & set(rule.clients):
        return False
    if rule.units is not None and unit not in rule.units:
        return False
    if deed.operation not in rule.operations:
        return False
    if not 1 <= int(deed.operation.rstrip("rw").split("/")[0]) <= 127:
        return False
    inside = [held(rule, deed, cell) for cell in deed.cells]
    somewhere = bool(rule.places or rule.files)
    if somewhere and not (deed.cells and (any(inside) if rule.deny else all(inside))):
        return False
    if not deed.writes or rule.values is None:
        return True
    if deed.values is None:
        return rule.deny
    good = [within(rule.values, value) for value in deed.values]
    if rule.deny:
        return any(
            one and (mine or not somewhere or deed.table == "file")
            for one, mine in zip(good, inside, strict=True)
        )
    return all(good)


def held(rule: Rule, deed: Deed, cell: int) -> bool:
    if deed.table == "file":
        return any(one.file == deed.file and one.first <= cell <= one.last for one in rule.files)
    return any(one.table == deed.table and one.first <= cell < one.end for one in rule.places)


def within(limits: ValueLimits, value: int) -> bool:
    return (
        (limits.minimum is None or value >= limits.minimum)
        and (limits.maximum is None or value <= limits.maximum)
        and (limits.allowed is None or value in limits.allowed)
        and (limits.mask is None or value & ~limits.mask == 0)
    )


# Any policy, and any bytes


WORDS_AND_CODES = [
    *WORDS,
    "all",
    "all",
    "read",
    "write",
    *[
        "1",
        "3",
        "4",
        "5",
        "6",
        "8",
        "15",
        "16",
        "20",
        "21",
        "22",
        "23",
        "23r",
        "23w",
        "24",
        "43",
        "90",
        "8/0",
        "8/4",
    ],
]
WRITABLE = [Table.HOLDING, Table.HOLDING, Table.COIL, Table.INPUT, Table.DISCRETE]


def some_rule(chance: Random) -> Rule:
    places = [
        Place(chance.choice(WRITABLE), chance.randrange(12), chance.randint(1, 30))
        for _ in range(chance.choice([0, 0, 1, 2, 3]))
    ]
    files = [
        FilePlace(chance.randint(1, 2), first := chance.randrange(12), first + chance.randrange(12))
        for _ in range(chance.choice([0, 0, 0, 1, 2]))
    ]
    low = chance.randrange(20)
    limits = chance.choice(
        [
            ValueLimits(minimum=low, maximum=low + chance.randrange(20)),
            ValueLimits(allowed=frozenset(chance.choices(range(20), k=4))),
            ValueLimits(mask=chance.choice([0x0F, 0xF0, 0xFFFF])),
            *[None] * 6,
        ]
    )
    return Rule(
        "a rule",
        all_operations(chance.choices(WORDS_AND_CODES, k=chance.randint(1, 3))),
        chance.choice([(), (), (), ("net",), ("role",), ("net", "role")]),
        chance.choice([None, None, None, frozenset({1}), frozenset({0, 1})]),
        tuple(places),
        tuple(files),
        limits,
        deny=chance.random() < 0.3,
    )


def some_policy(chance: Random) -> Policy:
    refusal = chance.choice(
        [Refusal(), Refusal(), Refusal(code=2), Refusal(Action.DROP), Refusal(Action.CLOSE)]
    )
    rules = tuple(some_rule(chance) for _ in range(chance.randrange(7)))
    return Policy(rules, CLIENTS, refusal, read_only=chance.random() < 0.1, read_before="never")


def some_pdu(chance: Random) -> bytes:
    at, count = chance.randrange(15), chance.randint(1, 16)
    function = chance.choice(
        [1, 2, 3, 3, 4, 5, 6, 6, 8, 15, 15, 16, 16, 16, 20, 21, 22, 22, 23, 23, 24, 43, chance.randrange(256)]
    )
    values = [chance.randrange(chance.choice([20, 60])) for _ in range(count)]
    words = struct.pack(f">{count}H", *values)
    match function:
        case 1 | 2 | 3 | 4:
            return struct.pack(">BHH", function, at, count)
        case 5:
            return struct.pack(">BHH", 5, at, chance.choice([0, 0xFF00]))
        case 6:
            return struct.pack(">BHH", 6, at, values[0])
        case 8:
            return struct.pack(">BHH", 8, chance.choice([0, 1, 2, 3, 4, 9, 10, 20]), 0)
        case 15:
            size = (count + 7) // 8
            return struct.pack(">BHHB", 15, at, count, size) + chance.randbytes(size)
        case 16:
            return struct.pack(">BHHB", 16, at, count, 2 * count) + words
        case 20 | 21:
            return some_records(chance, function)
        case 22:
            return struct.pack(">BHHH", 22, at, chance.choice([0, 0, 0xFF, 0xFFFF]), values[0])
        case 23:
            return (
                struct.pack(">BHHHHB", 23, chance.randrange(15), chance.randint(1, 9), at, count, 2 * count)
                + words
            )
        case 24:
            return struct.pack(">BH", 24, at)
        case 43:
            return bytes((43, chance.choice([13, 14, 15]), chance.randint(1, 4), 0))
    return bytes((function,)) + chance.randbytes(chance.randrange(8))


def some_records(chance: Random, function: int) -> bytes:
    body = b""
    for _ in range(chance.randint(1, 3)):
        count = chance.randint(1, 4)
        body += struct.pack(">BHHH", 6, chance.randint(1, 2), chance.randrange(15), count)
        if function == 21:
            body += struct.pack(f">{count}H", *[chance.randrange(20) for _ in range(count)])
    return bytes((function, len(body))) + body


def framed(chance: Random, pdu: bytes, unit: int, lie: int = 0) -> bytes:
    return struct.pack(">HHHB", chance.randrange(65536), 0, len(pdu) + 1 + lie, unit) + pdu


def some_stream(chance: Random) -> bytes:
    """Requests one behind the other; now and then one that is cut, padded, or lies about its length."""
    pieces = []
    for _ in range(chance.randint(1, 10)):
        pdu = some_pdu(chance)
        spoiled = chance.random()
        if spoiled < 0.04:
            pdu = pdu[: chance.randrange(1, len(pdu) + 1)] + chance.randbytes(chance.randrange(3))
        lie = chance.choice([-2, -1, 1, 7, 200]) if 0.04 < spoiled < 0.07 else 0
        pieces.append(framed(chance, pdu, chance.choice([0, 1, 1, 1, 2, 255]), max(lie, -len(pdu))))
        if 0.07 < spoiled < 0.08:
            pieces.append(chance.randbytes(chance.randrange(1, 9)))
    return b"".join(pieces)


def carry(gate: Gate, session: Session, stream: bytes, cuts: list[int]) -> list[tuple[int, bytes]]:
    """What reaches the device when these bytes come in, cut at these places."""
    reached: list[tuple[int, bytes]] = []

    def note(call: Call) -> Reply:
        reached.append((call.unit, call.request.encode()))
        return ExceptionResponse(call.request.function, 4)

    service = PolicedService(gate, note)
    connection = ServerConnection(MbapFraming())
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    try:
        for begin, end in itertools.pairwise(edges):
            waiting = connection.receive(stream[begin:end], 0.0)
            while waiting:
                for place in waiting:
                    if place.request is None:
                        assert place.error is not None
                        reply = service.refuse_malformed(session, place.frame.unit, place.error)
                    else:
                        answer = service(Call(session, place.frame.unit, place.request))
                        assert not hasattr(answer, "__await__")
                        reply = answer
                    connection.answer(place, reply)  # type: ignore[arg-type]
                connection.data_to_send()
                waiting = connection.take_up(0.0)
            if connection.failure is not None:
                break
    except (FrameError, EndConnection):
        pass
    return reached


seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=times(20))
@given(seeds)
def test_whatever_reaches_the_device_is_allowed(seed: int) -> None:
    chance = Random(seed)
    policy, who, stream = some_policy(chance), chance.randrange(3), some_stream(chance)
    cuts = [chance.randrange(len(stream) + 1) for _ in range(chance.randrange(5))]
    for unit, pdu in carry(Gate(policy), SESSIONS[who], stream, cuts):
        assert may(policy, NAMES[who], unit, pdu), (unit, pdu.hex(" "))


@settings(max_examples=times(20))
@given(seeds)
@example(490526)  # records that two adjacent ranges of a file hold together
def test_whatever_is_allowed_reaches_the_device(seed: int) -> None:
    chance = Random(seed)
    policy, who = some_policy(chance), chance.randrange(3)
    gate = Gate(policy)
    for _ in range(5):
        unit, pdu = chance.randrange(3), some_pdu(chance)
        try:
            request = decode_request(pdu)
        except DeviceError:
            continue
        wanted = [(unit, request.encode())] if may(policy, NAMES[who], unit, request.encode()) else []
        for _ in range(2):  # the second time from memory
            assert carry(gate, SESSIONS[who], framed(chance, pdu, unit), []) == wanted


@settings(max_examples=times(10))
@given(seeds)
def test_an_explanation_says_what_is_done(seed: int) -> None:
    chance = Random(seed)
    policy, who, unit, pdu = some_policy(chance), chance.randrange(3), chance.randrange(3), some_pdu(chance)
    try:
        request = decode_request(pdu)
    except DeviceError:
        return
    verdicts = []
    for part in parts_of(request):
        fitting = [rule for rule in policy.rules if not objection(rule, NAMES[who], unit, part, 0.0, {})]
        verdicts.append(bool(fitting) and not fitting[0].deny and 1 <= request.function <= 127)
    allowed = all(verdicts) and not (policy.read_only and request.writes)
    assert allowed == may(policy, NAMES[who], unit, request.encode())


def test_the_tries_are_worth_something() -> None:
    """Much is allowed and much is refused in them, or they would prove nothing."""
    asked = passed = 0
    for seed in range(300):
        chance = Random(seed)
        policy, stream = some_policy(chance), some_stream(chance)
        asked += len(stream) // 12
        passed += len(carry(Gate(policy), SESSIONS[1], stream, []))
    assert passed > 100
    assert passed < asked * 0.9
