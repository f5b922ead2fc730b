"""What a unit said of itself, asked again of what is remembered."""

from __future__ import annotations

import pytest

from port502.commission.learned.facts import answered, facts_of
from port502.commission.learned.memory import Memory
from port502.errors import DeviceError
from port502.protocol.bit_access import ReadCoilsRequest
from port502.protocol.register_access import ReadHoldingRegistersRequest, WriteSingleRegisterRequest
from port502.registers.reference import Table


def test_identity_and_registers_are_found_again() -> None:
    memory = Memory()
    memory.objects.update({0: b"Acme", 1: b"B200", 2: b"1.4"})
    memory.server_id = b"\x01\xffB200"
    memory.hold(0, Table.INPUT, 10, [1, 2])
    facts = facts_of(memory, [(Table.INPUT, 10, 2), (Table.INPUT, 11, 2)])
    assert (facts.manufacturer, facts.product, facts.revision) == ("Acme", "B200", "1.4")
    assert facts.server_id == b"\x01\xffB200"
    memory.hold(0, Table.INPUT, 0, [1])
    assert facts_of(memory, [(Table.INPUT, 10, 2)]).registers == {(Table.INPUT, 10, 2): (1, 2)}


def test_a_chain_of_sunspec_models_is_walked() -> None:
    memory = Memory()
    common = b"Acme".ljust(32, b"\0") + b"S1".ljust(32, b"\0") + bytes(16 + 16 + 32) + bytes(4)
    data = b"SunS" + bytes((0, 1, 0, len(common) // 2)) + common + b"\xff\xff\0\0"
    values = [data[at] << 8 | data[at + 1] for at in range(0, len(data), 2)]
    memory.hold(0, Table.HOLDING, 40000, values)
    memory.hold(0, Table.HOLDING, 0, [0])
    facts = facts_of(memory, ())
    assert facts.common is not None
    assert (facts.common.manufacturer, facts.common.model, facts.base) == ("Acme", "S1", 40000)


def test_what_is_not_remembered_is_refused() -> None:
    memory = Memory()
    memory.hold(0, Table.COIL, 0, [True, False, True])
    assert answered(memory, ReadCoilsRequest(0, 3)).bits == [True, False, True]
    for request in (
        ReadCoilsRequest(0, 4),
        ReadHoldingRegistersRequest(0, 1),
        WriteSingleRegisterRequest(0, 1),
    ):
        with pytest.raises(DeviceError):
            answered(memory, request)
