"""What an observer keeps of messages."""

from __future__ import annotations

import struct

import pytest

from port502.commission.learned import observer as module
from port502.commission.learned.memory import Memory
from port502.registers.reference import Table
from port502.traffic import links
from tests.commission.learned.seen import observed, polling
from tests.traffic.wire import CLIENT, SERVER, Talk, adu, answer, ask


def memory_of(talk: Talk, unit: int = 1) -> Memory:
    return observed(*talk.records).units["10.0.0.2", 502, unit].memory


def test_units_their_clients_functions_and_refusals() -> None:
    observer = observed(*polling().records)
    unit = observer.units["10.0.0.2", 502, 1]
    assert unit.clients == {"10.0.0.1"}
    assert unit.functions == {3: 6, 6: 1}
    assert unit.refused == {(3, 2): 1}
    assert unit.memory.first[Table.HOLDING] == {100: 1, 101: 2, 102: 3, 103: 40}
    assert unit.memory.now[Table.HOLDING] == {100: 1, 101: 9, 102: 3, 103: 42}
    assert 4 < observer.seconds < 5.1


def test_every_table_and_every_write() -> None:
    talk = Talk(opened=True)
    for number, (said, answered) in enumerate(
        (
            ("01 0000 0003", "01 01 05"),
            ("02 0000 0003", "02 01 02"),
            ("04 0000 0001", "04 02 0007"),
            ("05 0001 ff00", "05 0001 ff00"),
            ("0f 0004 0002 01 03", "0f 0004 0002"),
            ("10 0010 0002 04 0001 0002", "10 0010 0002"),
            ("16 0010 00f0 0005", "16 0010 00f0 0005"),
            ("17 0011 0001 0020 0001 02 0063", "17 02 0002"),
            ("06 0040 0001", "86 04"),
        ),
        1,
    ):
        talk.asks(adu(number, said)).answers(adu(number, answered))
    now = memory_of(talk).now
    assert now[Table.COIL] == {0: 1, 1: 1, 2: 1, 4: 1, 5: 1}
    assert now[Table.DISCRETE] == {0: 0, 1: 1, 2: 0}
    assert now[Table.INPUT] == {0: 7}
    assert now[Table.HOLDING] == {16: 5, 17: 2, 32: 99}


def test_identity_files_and_queues() -> None:
    talk = Talk(opened=True)
    objects = b"Acme".hex()
    talk.asks(adu(1, "2b 0e 01 00")).answers(adu(1, f"2b 0e 01 01 00 00 01 00 04 {objects}"))
    talk.asks(adu(2, "11")).answers(adu(2, "11 03 41 ff 42"))
    talk.asks(adu(3, "14 07 06 0004 0001 0002")).answers(adu(3, "14 06 05 06 0dfe 0020"))
    talk.asks(adu(4, "18 04de")).answers(adu(4, "18 0006 0002 01b8 1284"))
    memory = memory_of(talk)
    assert memory.objects == {0: b"Acme"}
    assert memory.server_id == b"\x41\xff\x42"
    assert memory.records == {4: {1: 0x0DFE, 2: 0x20}}
    assert memory.queues == {0x04DE: (0x01B8, 0x1284)}


def test_faulty_and_lonely_responses_tell_no_values() -> None:
    talk = Talk(opened=True)
    talk.asks(ask(1, 0, 2)).answers(answer(1, 7))
    talk.answers(answer(9, 1, 2))
    observer = observed(*talk.records)
    assert not observer.units["10.0.0.2", 502, 1].memory.first[Table.HOLDING]
    assert (observer.faulty, observer.alone) == (1, 1)


def test_what_is_no_modbus_is_counted() -> None:
    talk = Talk(opened=True).asks(b"GET / HTTP/1.1\r\n\r\n")
    assert observed(*talk.records).strange == 1


def test_only_so_many_units_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_UNITS", 3)
    talk = Talk(opened=True)
    for unit in range(10):
        talk.asks(ask(unit, 0, 1, unit)).answers(answer(unit, 1, unit=unit))
    observer = observed(*talk.records)
    assert len(observer.units) == 3
    assert observer.left_out == 14


def test_udp_is_heard_too() -> None:
    records = []
    for number, (data, ports) in enumerate(((ask(1), (5000, 502)), (answer(1, 7), (502, 5000)))):
        udp = struct.pack(">HHHH", *ports, 8 + len(data), 0) + data
        ends = (CLIENT + SERVER, SERVER + CLIENT)[number]
        packet = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + ends + udp
        records.append((number, links.IPV4, len(packet), packet))
    observer = observed(*records)
    assert observer.units["10.0.0.2", 502, 1].memory.first[Table.HOLDING] == {0: 7}
    assert observer.servers["10.0.0.2", 502].transport == "udp"
