"""The data functions on four tables; clauses are those of the Application Protocol V1.1b3."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from port502.errors import DeviceError, IllegalDataAddressError, IllegalDataValueError, ServerDeviceBusyError
from port502.protocol.message import Request, Response
from port502.protocol.pdu import decode_request
from port502.service.bit_table import BitTable
from port502.service.maybe import Maybe
from port502.service.memory import Memory
from port502.service.register_table import RegisterTable


@pytest.fixture
def memory() -> Memory:
    return Memory(
        RegisterTable({0: list(range(10)), 100: [0x1234]}, name="holding"),
        RegisterTable({8: [10]}, name="input"),
        BitTable({19: [bit == "1" for bit in "101100111101011010100"]}, name="coil"),
        BitTable({0: [True, False, True]}, name="discrete"),
    )


def carry_out(memory: Memory, request: Request[Any]) -> Maybe[Response]:
    return memory.handlers()[type(request)](request)


def answer(memory: Memory, pdu: str) -> str:
    reply = carry_out(memory, decode_request(bytes.fromhex(pdu)))
    assert isinstance(reply, Response)
    return reply.encode().hex()


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        pytest.param("0100130013", "0103cd6b05", id="clause 6.1"),
        pytest.param("0200000003", "020105", id="clause 6.2"),
        pytest.param("0300000003", "0306000000010002", id="clause 6.3"),
        pytest.param("0400080001", "0402000a", id="clause 6.4"),
        pytest.param("050014ff00", "050014ff00", id="clause 6.5"),
        pytest.param("0600010003", "0600010003", id="clause 6.6"),
        pytest.param("0f0013000a02cd01", "0f0013000a", id="clause 6.11"),
        pytest.param("1000010002040 00a0102".replace(" ", ""), "1000010002", id="clause 6.12"),
        pytest.param("16000400f20025", "16000400f20025", id="clause 6.16"),
        pytest.param(
            "170003000600040003 06 00ff00ff00ff".replace(" ", ""), "170c000300ff00ff00ff00070008", id="6.17"
        ),
    ],
)
def test_each_function_answers_as_its_clause_says(memory: Memory, asked: str, answered: str) -> None:
    assert answer(memory, asked) == answered


def test_writes_reach_their_table(memory: Memory) -> None:
    answer(memory, "050014ff00")
    answer(memory, "0600010003")
    answer(memory, "10000200020400aa00bb")
    answer(memory, "0f00150003 01 02".replace(" ", ""))
    assert memory.coil.read(19, 5) == [True, True, False, True, False]
    assert memory.holding.read(0, 5) == [0, 3, 0xAA, 0xBB, 4]


def test_mask_write_is_the_formula_of_clause_6_16(memory: Memory) -> None:
    memory.holding[4] = 0x12
    answer(memory, "16000400f20025")
    assert memory.holding[4] == 0x17


def test_read_write_writes_before_it_reads(memory: Memory) -> None:
    """Clause 6.17: the write operation is performed before the read."""
    assert answer(memory, "170000000100000001024321") == "17024321"


MISSING = [
    "0100120001",
    "0100270002",
    "0200030001",
    "03000a0001",
    "0300630002",
    "0300640002",
    "0400090001",
    "050028ff00",
    "06000a0001",
    "0f00270002 01 03",
    "10000900020400010001",
    "16000b00000000",
    "17000000020009000204ffffffff",
    "17000900020000000102ffff",
]


@pytest.mark.parametrize("asked", MISSING)
def test_h041_h042_h062_one_missing_address_refuses_the_whole(memory: Memory, asked: str) -> None:
    before = contents(memory)
    request = decode_request(bytes.fromhex(asked.replace(" ", "")))
    with pytest.raises(IllegalDataAddressError) as refused:
        carry_out(memory, request)
    assert refused.value.function == request.function
    assert contents(memory) == before


@pytest.mark.parametrize(
    "asked", ["0600020001", "10000100020400010001", "16000200000000", "17000000010002000102ffff"]
)
def test_h039_h065_a_read_only_register_is_an_illegal_address(memory: Memory, asked: str) -> None:
    memory.holding.protect(2)
    before = contents(memory)
    with pytest.raises(IllegalDataAddressError):
        carry_out(memory, decode_request(bytes.fromhex(asked)))
    assert contents(memory) == before
    assert answer(memory, "0600010009") == "0600010009", "its neighbour is writable"


@pytest.mark.parametrize("asked", ["050014ff00", "0f0013000a02ffff"])
def test_h065_a_read_only_coil_is_an_illegal_address(memory: Memory, asked: str) -> None:
    memory.coil.protect(20)
    before = contents(memory)
    with pytest.raises(IllegalDataAddressError):
        carry_out(memory, decode_request(bytes.fromhex(asked)))
    assert contents(memory) == before


@pytest.mark.parametrize(
    "asked", ["0600020001", "10000100020400010001", "16000200000000", "17000000010002000102ffff"]
)
def test_h067_a_write_hook_that_refuses_leaves_everything_as_it_was(memory: Memory, asked: str) -> None:
    def refuse(address: int, values: list[int]) -> None:
        raise IllegalDataValueError(0)

    memory.holding.on_write(refuse, within=range(2, 3))
    before = contents(memory)
    with pytest.raises(IllegalDataValueError):
        carry_out(memory, decode_request(bytes.fromhex(asked)))
    assert contents(memory) == before
    assert answer(memory, "0600010009") == "0600010009"


def test_a_write_hook_sees_what_a_mask_would_store(memory: Memory) -> None:
    seen: list[list[int]] = []
    memory.holding[4] = 0x12
    memory.holding.on_write(lambda address, values: seen.append(values))
    answer(memory, "16000400f20025")
    assert seen == [[0x17]]


def test_a_read_hook_is_asked_only_for_what_exists(memory: Memory) -> None:
    asked: list[tuple[int, int]] = []
    memory.holding.on_read(lambda address, quantity: asked.append((address, quantity)))
    with pytest.raises(IllegalDataAddressError):
        answer(memory, "0300090002")
    assert asked == []
    answer(memory, "0300090001")
    assert asked == [(9, 1)]


def test_a_read_hook_that_fails_before_a_read_write_leaves_nothing_written(memory: Memory) -> None:
    def fail(address: int, quantity: int) -> None:
        raise RuntimeError("sensor gone")

    memory.holding.on_read(fail)
    before = contents(memory)
    with pytest.raises(RuntimeError):
        answer(memory, "170000000100000001024321")
    assert contents(memory) == before


async def test_hooks_that_wait_make_the_answer_wait(memory: Memory) -> None:
    async def fetch(address: int, quantity: int) -> list[int]:
        await asyncio.sleep(0)
        return [0xBEEF] * quantity

    async def approve(address: int, values: list[int]) -> None:
        await asyncio.sleep(0)

    memory.holding.on_read(fetch)
    memory.holding.on_write(approve)
    for asked, answered in [
        ("0300000001", "0302beef"),
        ("0600010003", "0600010003"),
        ("16000400f20025", "16000400f20025"),
        ("170000000100010001024321", "1702beef"),
    ]:
        reply = carry_out(memory, decode_request(bytes.fromhex(asked)))
        assert not isinstance(reply, Response)
        assert (await reply).encode().hex() == answered
    assert memory.holding[1] == 0x4321


async def test_a_mask_write_overtaken_while_its_hook_waited_is_refused_as_busy(memory: Memory) -> None:
    gate = asyncio.get_running_loop().create_future()

    async def approve(address: int, values: list[int]) -> None:
        await gate

    memory.holding.on_write(approve)
    waiting = carry_out(memory, decode_request(bytes.fromhex("16000400f20025")))
    assert not isinstance(waiting, Response)
    task = asyncio.ensure_future(waiting)
    await asyncio.sleep(0)
    memory.holding[4] = 0x00FF
    gate.set_result(None)
    with pytest.raises(ServerDeviceBusyError):
        await task
    assert memory.holding[4] == 0x00FF


async def test_a_cancelled_write_stores_nothing(memory: Memory) -> None:
    gate = asyncio.get_running_loop().create_future()

    async def approve(address: int, values: list[int]) -> None:
        await gate

    memory.holding.on_write(approve)
    waiting = carry_out(memory, decode_request(bytes.fromhex("0600010003")))
    assert not isinstance(waiting, Response)
    task = asyncio.ensure_future(waiting)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert memory.holding[1] == 1


def test_a_device_error_of_a_hook_is_passed_on_as_it_is(memory: Memory) -> None:
    def busy(address: int, quantity: int) -> None:
        raise ServerDeviceBusyError(3)

    memory.input.on_read(busy)
    with pytest.raises(DeviceError) as refused:
        answer(memory, "0400080001")
    assert refused.value.code == 6


def contents(memory: Memory) -> list[list[Any]]:
    tables: list[Any] = [memory.holding, memory.input, memory.coil, memory.discrete]
    return [[table[address] for address in table] for table in tables]
