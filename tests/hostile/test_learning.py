"""Captures of anything at all: what is learned of them is always whole, and every file of it can be used."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from port502.commission.learned import memory as memories
from port502.commission.learned.files import files_of, write_files
from port502.errors import DeviceError
from port502.guard.engine import Engine, Moment
from port502.guard.operations import OPERATIONS
from port502.guard.parts import parts_of
from port502.protocol.message import Request
from port502.protocol.pdu import decode_request
from port502.service.call import Call, Session
from port502.site.check import check_file
from port502.site.device_file import read_device
from port502.site.policy_file import load_policy
from tests.commission.learned.seen import lesson
from tests.traffic.wire import Talk, adu, answer, ask

pytestmark = pytest.mark.slow

PDUS = st.one_of(
    st.binary(min_size=1, max_size=24),
    st.builds(
        lambda function, address, rest: bytes((function, 0, address)) + rest,
        st.sampled_from((1, 2, 3, 4, 5, 6, 15, 16, 22, 23, 24)),
        st.integers(0, 20),
        st.binary(max_size=12),
    ),
    st.builds(
        lambda function, address, count: bytes((function, 0, address, 0, count)),
        st.sampled_from((1, 2, 3, 4)),
        st.integers(0, 20),
        st.integers(0, 8),
    ),
    st.builds(
        lambda function, data: bytes((function, len(data))) + data,
        st.sampled_from((1, 2, 3, 4, 17, 20, 23)),
        st.binary(max_size=16),
    ),
    st.builds(lambda data: bytes((0x2B, 14, 1, 1, 0, 0, 1, 0, len(data))) + data, st.binary(max_size=12)),
)
STEPS = st.lists(
    st.tuples(st.booleans(), st.sampled_from((0, 0, 1, 7)), st.sampled_from((0, 1, 9, 255)), PDUS),
    max_size=40,
)


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_every_file_can_be_used(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[bool, int, int, bytes]]
) -> None:
    talk = Talk(opened=True)
    for client, number, unit, pdu in steps:
        talk.segment(adu(number, pdu.hex(), unit), client=client)
    found = lesson(*talk.records)
    folder = tmp_path_factory.mktemp("hostile") / "learned"
    write_files(folder, files_of(found), force=False)
    for path in folder.rglob("*.yaml"):
        report = check_file(path)
        assert report.ok, (path, [str(fault) for fault in report.faults], path.read_text())
    engine = Engine(load_policy(folder / "policy.yaml"))
    for client, _, unit, pdu in steps:
        request = understood(pdu) if client else None
        if request is not None and all(part.operation in OPERATIONS for part in parts_of(request)):
            assert engine.decide(Session("10.0.0.1"), unit, request, Moment()).allowed
    for _, one in found.devices:
        if one.is_replayable:
            device = read_device(folder / f"devices/{one.name}.yaml", {}).device(clock=lambda: 1e6)
            for _, _, unit, pdu in steps:
                request = understood(pdu)
                if request is not None:
                    device(Call(Session("127.0.0.1"), unit, request, 0.0))


def test_bytes_of_any_kind_teach_nothing_and_break_nothing(tmp_path: Path) -> None:
    talk = Talk(opened=True)
    for number in range(200):
        talk.segment(
            bytes((number * 37 + place * place) & 0xFF for place in range(number)), client=number % 3 > 0
        )
    found = lesson(*talk.records)
    write_files(tmp_path / "learned", files_of(found), force=False)
    assert all(check_file(path).ok for path in (tmp_path / "learned").rglob("*.yaml"))


def test_a_flood_of_units_addresses_and_values_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memories, "MOST_CHANGES", 50)
    talk = Talk(opened=True)
    for number in range(3000):
        unit, address = number & 0xFF, number * 13 % 60_000
        talk.asks(ask(number, address, 100, unit)).answers(answer(number, *[number] * 100, unit=unit))
    found = lesson(*talk.records)
    files = files_of(found)
    kept = sum(len(one.unit.memory.first["holding"]) for _, one in found.devices)  # type: ignore[index]
    assert kept <= memories.MOST_PLACES
    assert all(len(one.unit.memory.moves) <= 50 for _, one in found.devices)
    assert sum(map(len, files.values())) < 20 << 20


def understood(pdu: bytes) -> Request[object] | None:
    """The request, if a server could understand it."""
    try:
        return decode_request(pdu)
    except DeviceError:
        return None
