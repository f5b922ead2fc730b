"""No finding on an hour of what is usual, and only the expected ones in public captures (A16)."""

from __future__ import annotations

import random

import pytest

from port502.traffic.captures import Captures
from port502.traffic.findings.engine import Engine
from port502.traffic.findings.ledger import Ledger
from port502.traffic.message import Message
from tests.traffic.findings.scene import OTHER_PLC, SCADA, Scene, found
from tests.traffic.wire import captures

HOUR = 3600
HMI, HISTORIAN = "10.0.0.5", "10.0.0.6"

EXPECTED = {
    "zeek-modbusSmall.pcap": {"ADDRESS.PUBLIC"},
    "zeek-fuzz-1011.pcap": {"MESSAGE.MALFORMED"},
    "zeek-modbus-eit.pcap": {"RECON.IDENTIFICATION", "RESPONSE.MISMATCH"},
    "zeek-4SICS-151022-min.pcap": {"MESSAGE.MALFORMED"},
    "icsnpp-modbus_example.pcap": {
        "ADDRESS.PUBLIC",
        "MESSAGE.MALFORMED",
        "RECON.IDENTIFICATION",
        "RESPONSE.MISMATCH",
    },
    "suricata-verify-modbus.pcap": {
        "DIAGNOSTICS.LISTEN_ONLY",
        "DIAGNOSTICS.RESTART",
        "DIAGNOSTICS.CLEARED",
        "MESSAGE.MALFORMED",
        "PORT.NOT_MODBUS",
        "RECON.IDENTIFICATION",
    },
    "quickdraw-modbus_test_data_part1.pcap": {
        "DIAGNOSTICS.LISTEN_ONLY",
        "DIAGNOSTICS.RESTART",
        "DIAGNOSTICS.CLEARED",
        "MESSAGE.MALFORMED",
        "PORT.NOT_MODBUS",
        "RECON.IDENTIFICATION",
    },
    "quickdraw-modicon_test.pcap": {"PROGRAMMING.VENDOR", "MESSAGE.MALFORMED", "RESPONSE.MISMATCH"},
    "iti-modbus_test.pcap": set(),
    "iti-mb2.pcap": {"ADDRESS.PUBLIC"},  # a plant whose own network has addresses of the Internet
    "s4x15-Advantech.pcap": set(),
    "ndpi-modbus.pcap": {"RESPONSE.UNSOLICITED"},  # its last four answers have ids that nobody asked with
    "pcapplusplus-modbusFrames.pcap": set(),
}


def hour() -> Scene:
    """Three clients and two controllers for an hour: polls with jitter, setpoints, a heartbeat, a reconnection."""
    chance = random.Random(502)
    scene = Scene()
    scada = [scene.line(SCADA), scene.line(SCADA, OTHER_PLC)]
    hmi, historian = scene.line(HMI), scene.line(HISTORIAN, OTHER_PLC)
    for second in range(HOUR):
        scene.at = max(scene.at, second + chance.uniform(0, 0.05))
        for line in scada:
            line.read(0, 100).read(100, 100).read(40, 8, function=4)
        if second % 5 == 0:
            hmi.read(200, 20, unit=2)
        if second % 10 == 0:
            historian.read(0, 125)
            scada[0].write(300, second // 10 % 65536)
        if second % 45 == 0:
            hmi.write(200, 1000 + int(100 * chance.random()))
        if second % 120 == 0:
            hmi.write(201, second // 120 % 2)
        if second == HOUR // 2:
            hmi.close()
            hmi = scene.line(HMI)
        if second % 400 == 399:
            scada[1].ask("03 0000 0001")  # one that gets no answer
    return scene


@pytest.fixture(scope="module")
def an_hour() -> Scene:
    return hour()


@pytest.mark.slow
def test_an_hour_of_usual_polling_is_no_finding(an_hour: Scene) -> None:
    assert found(an_hour) == []


@pytest.mark.slow
def test_nor_is_the_rest_of_it_after_ten_minutes_of_learning(an_hour: Scene) -> None:
    assert [str(one.sentence) for one in found(an_hour, learn_for=600)] == []


@pytest.mark.parametrize("name", EXPECTED)
def test_a_public_capture_shows_what_is_in_it(name: str) -> None:
    ledger = Ledger()
    engine = Engine(ledger)
    reading = Captures.of_files([str(captures() / name)])
    for messages in reading.messages():
        engine.happened(list(reading.dissector.events))
        reading.dissector.events.clear()
        engine.add(messages)
    assert {one.code for one in ledger.findings} == EXPECTED[name]


def test_every_public_capture_is_listed() -> None:
    assert {path.name for path in captures().glob("*.pcap*")} == set(EXPECTED)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["iti-modbus_test.pcap", "iti-mb2.pcap", "s4x15-Advantech.pcap", "ndpi-modbus.pcap"]
)
def test_a_recorded_pattern_stretched_to_an_hour_is_no_finding(name: str) -> None:
    """What was recorded in a plant, over and over with jitter, as it would have gone on."""
    reading = Captures.of_files([str(captures() / name)])
    recorded = [one for some in reading.messages() for one in some if one.request is not None]
    rng = random.Random(name)
    span = recorded[-1].time - recorded[0].request.time + 1_000_000_000  # type: ignore[union-attr]
    ledger = Ledger()
    engine = Engine(ledger, learn_for=max(600.0, 3 * span / 1e9))
    for turn in range(HOUR * 1_000_000_000 // span):
        for one in recorded:
            assert one.request is not None
            late = turn * span + rng.randrange(1_000_000)
            asked = Message(0, one.request.time + late, one.request.way, one.request.adu)
            engine.add([asked, Message(0, one.time + late, one.way, one.adu, asked)])
    assert {one.code for one in ledger.findings} <= {"ADDRESS.PUBLIC"}
