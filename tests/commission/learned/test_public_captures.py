"""Public captures, learned and replayed: each read of the capture, asked again at its time, gives the same answer."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from port502.commission.learned.files import files_of, write_files
from port502.commission.learned.lesson import learn
from port502.commission.learned.observer import READS, Observer
from port502.errors import DeviceError
from port502.guard.engine import Engine, Moment
from port502.protocol.pdu import decode_request
from port502.service.call import Call, Session
from port502.service.device import Device
from port502.site.check import check_file
from port502.site.device_file import read_device
from port502.site.policy_file import load_policy
from port502.traffic.captures import Captures
from port502.traffic.message import Message
from tests.commission.learned.seen import LIKELY, REPLAY_AT
from tests.simulate.maps import Clock
from tests.traffic.test_public_captures import NAMES
from tests.traffic.wire import captures

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", NAMES)
def test_the_replay_answers_as_the_capture_does(name: str, tmp_path: Path) -> None:
    messages, observer = read(name)
    if not observer.units:
        pytest.skip("it shows no unit")
    folder = tmp_path / "learned"
    lesson = learn(observer, [name], REPLAY_AT, LIKELY)
    write_files(folder, files_of(lesson), force=False)
    for path in folder.rglob("*.yaml"):
        assert check_file(path).ok, path
    clock = Clock(0.0)
    devices: dict[tuple[str, int, int], Device] = {
        one.unit.key: read_device(folder / f"devices/{one.name}.yaml", {}).device(clock=clock)
        for _, one in lesson.devices
        if one.is_replayable
    }
    outcome: Counter[bool] = Counter()
    answered = [one for one in messages if is_good_read(one)]
    for response in sorted(answered, key=lambda one: one.request.time if one.request else 0):
        request = response.request
        assert request is not None
        way = response.way
        clock.time = (request.time - (observer.first or 0)) / 1e9 + 1e-6
        device = devices[way.server, way.server_port, response.unit_id or 0]
        reply = device(Call(Session(way.client), response.unit_id or 0, decode_request(request.pdu), 0.0))
        outcome[reply.encode() == response.pdu] += 1  # type: ignore[union-attr]
    assert outcome[False] == 0


def test_there_are_reads_to_be_replayed() -> None:
    assert sum(is_good_read(message) for name in NAMES for message in read(name)[0]) > 2000


@pytest.mark.parametrize("name", NAMES)
def test_the_policies_allow_every_request_that_a_server_understands(name: str, tmp_path: Path) -> None:
    messages, observer = read(name)
    if not observer.units:
        pytest.skip("it shows no unit")
    lesson = learn(observer, [name], REPLAY_AT, LIKELY)
    files = files_of(lesson)
    (tmp_path / "policy.yaml").write_text(files["policy.yaml"])
    engine = Engine(load_policy(tmp_path / "policy.yaml"))
    for message in messages:
        if message.way.asks and message.func_code is not None:
            try:
                request = decode_request(message.pdu)
            except DeviceError:
                continue
            session, unit = Session(message.way.client), message.unit_id or 0
            assert engine.decide(session, unit, request, Moment()).allowed, message
            assert not engine.decide(Session("203.0.113.9"), unit, request, Moment()).allowed


def read(name: str) -> tuple[list[Message], Observer]:
    observer = Observer()
    found: list[Message] = []
    for messages in Captures.of_files([str(captures() / name)]).messages():
        observer.add(messages)
        found += messages
    return found, observer


def is_good_read(message: Message) -> bool:
    """Whether it answers a read with values, and nothing else."""
    return (
        message.request is not None
        and message.func_code in READS
        and message.func_code != 23
        and message.exception_code is None
        and not message.problems
    )
