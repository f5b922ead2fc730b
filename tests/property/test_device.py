"""Whatever is asked of a device: it answers or refuses, and what it refuses has changed nothing."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from port502.errors import DeviceError
from port502.protocol.message import ExceptionResponse, Response
from port502.protocol.pdu import decode_request
from port502.service.call import Call, Session
from port502.service.device import Device

SIZES = st.integers(1, 40)
WORDS = st.integers(0, 0xFFFF)
NEAR = st.one_of(st.integers(0, 60), st.integers(65500, 65535), WORDS)
QUANTITIES = st.one_of(st.integers(0, 45), st.sampled_from([125, 126, 2000, 2001, 65535]), WORDS)


@st.composite
def contents(draw: st.DrawFn) -> tuple[dict[int, list[int]], dict[int, list[bool]]]:
    """Two ranges of registers and two of bits, with a hole between them or none."""
    registers: dict[int, list[int]] = {}
    bits: dict[int, list[bool]] = {}
    start = draw(st.integers(0, 5))
    for _ in range(2):
        size = draw(SIZES)
        registers[start] = draw(st.lists(WORDS, min_size=size, max_size=size))
        bits[start] = draw(st.lists(st.booleans(), min_size=size, max_size=size))
        start += size + draw(st.integers(0, 4))
    return registers, bits


def twin(made: tuple[dict[int, list[int]], dict[int, list[bool]]]) -> Device:
    registers, bits = made
    return Device(holding=registers, input=registers, coil=bits, discrete=bits)


def typed(device: Device, pdu: bytes) -> bytes:
    """The reply as the long way gives it."""
    try:
        reply = device(Call(Session(), 1, decode_request(pdu)))
    except DeviceError as error:
        refused = device.malformed(1, error)
        assert refused is not None
        return refused.encode()
    assert isinstance(reply, Response | ExceptionResponse)
    return reply.encode()


def quick(device: Device, pdu: bytes) -> bytes | None:
    """The reply as the quick way gives it, if it does."""
    function, address, value = pdu[0], int.from_bytes(pdu[1:3], "big"), int.from_bytes(pdu[3:5], "big")
    if function <= 4:
        return device.quick_read(function, address, value)
    return pdu if device.quick_write(function, address, value) else None


def state(device: Device) -> list[Any]:
    tables: list[Any] = [device.holding, device.input, device.coil, device.discrete]
    return [[(address, table[address]) for address in table] for table in tables]


def counted(device: Device) -> tuple[int, int, int, int, bytes]:
    counters = device.counters
    return (
        counters.bus_messages,
        counters.server_messages,
        counters.events,
        counters.exceptions,
        counters.log(),
    )


REQUEST = st.builds(
    lambda function, address, value: (
        bytes((function,)) + address.to_bytes(2, "big") + value.to_bytes(2, "big")
    ),
    st.integers(1, 6),
    NEAR,
    st.one_of(QUANTITIES, st.sampled_from([0, 0xFF00])),
)


@given(contents(), st.lists(REQUEST, min_size=1, max_size=12))
def test_the_quick_way_answers_stores_and_counts_as_the_typed_way_does(
    made: tuple[dict[int, list[int]], dict[int, list[bool]]], requests: list[bytes]
) -> None:
    slow, fast = twin(made), twin(made)
    for pdu in requests:
        expected = typed(slow, pdu)
        answered = quick(fast, pdu)
        if expected[0] & 0x80:
            assert answered is None, "what is refused is refused by the typed way only"
            assert typed(fast, pdu) == expected
        else:
            assert answered == expected, "what is plain takes the quick way"
        assert state(fast) == state(slow)
    assert counted(fast) == counted(slow)


@given(contents(), st.lists(st.binary(min_size=1, max_size=253), min_size=1, max_size=10))
@example(({0: [1] * 4}, {0: [True] * 4}), [bytes.fromhex("1000030002040001ffff")])
def test_h068_whatever_ends_in_an_exception_has_changed_nothing(
    made: tuple[dict[int, list[int]], dict[int, list[bool]]], requests: list[bytes]
) -> None:
    device = twin(made)
    for pdu in requests:
        before = state(device)
        reply = typed(device, pdu)
        assert 1 <= len(reply) <= 253
        assert reply[0] | 0x80 == pdu[0] | 0x80
        if reply[0] & 0x80:
            assert reply[1:] in (b"\1", b"\2", b"\3")
            assert state(device) == before


@st.composite
def writes(draw: st.DrawFn) -> bytes:
    """Writes of several values whose structure is right, so that only their addresses can be wrong."""
    address = draw(st.integers(0, 90))
    function = draw(st.sampled_from([15, 16, 22, 23]))
    quantity = draw(st.integers(1, 20))
    head = bytes((function,)) + address.to_bytes(2, "big")
    if function == 15:
        data = draw(st.binary(min_size=(quantity + 7) // 8, max_size=(quantity + 7) // 8))
        return head + quantity.to_bytes(2, "big") + bytes((len(data),)) + data
    if function == 22:
        return head + draw(st.binary(min_size=4, max_size=4))
    data = draw(st.binary(min_size=2 * quantity, max_size=2 * quantity))
    written = quantity.to_bytes(2, "big") + bytes((len(data),)) + data
    if function == 23:
        read = draw(st.integers(0, 90)).to_bytes(2, "big") + draw(st.integers(1, 20)).to_bytes(2, "big")
        return bytes((23,)) + read + address.to_bytes(2, "big") + written
    return head + written


@given(contents(), writes())
def test_h041_h042_h046_a_write_is_whole_or_not_at_all(
    made: tuple[dict[int, list[int]], dict[int, list[bool]]], pdu: bytes
) -> None:
    device = twin(made)
    table: Any = device.coil if pdu[0] == 15 else device.holding
    expected = {address: table[address] for address in table}
    reply = typed(device, pdu)
    if not reply[0] & 0x80:
        request: Any = decode_request(pdu)
        if pdu[0] == 22:
            expected[request.address] = request.apply(expected[request.address])
        elif pdu[0] == 15:
            expected |= enumerate_from(request.address, request.bits)
        else:
            first = request.write_address if pdu[0] == 23 else request.address
            expected |= enumerate_from(first, request.registers)
            if pdu[0] == 23:
                seen = [expected[request.read_address + offset] for offset in range(request.read_quantity)]
                assert reply == bytes((23, 2 * len(seen))) + b"".join(v.to_bytes(2, "big") for v in seen)
    assert {address: table[address] for address in table} == expected


def enumerate_from(start: int, values: list[Any]) -> dict[int, Any]:
    return dict(enumerate(values, start))
