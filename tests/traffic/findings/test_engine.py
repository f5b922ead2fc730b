"""The engine: what it remembers, when it learns, how it bounds itself."""

from __future__ import annotations

import pytest

from port502.service.access import Networks
from port502.traffic.dissector import Dissector
from port502.traffic.findings import engine as engines
from port502.traffic.findings.engine import Engine
from port502.traffic.findings.ledger import Ledger
from port502.traffic.message import Message
from port502.traffic.way import Way
from tests.traffic.findings.scene import INTRUDER, SECOND, Scene, found, usual_morning
from tests.traffic.wire import START, ask


def test_what_repeats_is_looked_at_once() -> None:
    scene = Scene()
    line = scene.line()
    for _ in range(100):
        line.read(0, 10)
    messages = Dissector().feed(scene.records)
    engine = Engine(Ledger())
    looks = []
    look = engine._asking.look
    engine._asking.look = lambda talk, message: (looks.append(message), look(talk, message))[1]  # type: ignore
    engine.add(messages)
    assert len(looks) == 1


def test_what_shows_something_is_counted_each_time() -> None:
    scene = Scene()
    line = scene.line()
    for _ in range(40):
        line.ask("08 0001 0000").answer("08 0001 0000")
    (one,) = found(scene)
    assert one.count == 40
    assert len(one.frames) == 16


def test_addresses_outside_the_sites_networks() -> None:
    scene = Scene()
    scene.line("141.81.0.10", "141.81.0.24").read()
    scene.line("10.0.0.1", "141.81.0.24").read()
    assert {one.client for one in found(scene)} == {"141.81.0.10", "141.81.0.24"}
    inside = found(scene, inside=Networks(["141.81.0.0/16"]))
    assert [(one.client, one.sentence) for one in inside] == [
        ("10.0.0.1", "10.0.0.1 is outside the networks of the site, and exchanges Modbus with 141.81.0.24")
    ]


def test_ports_may_all_be_meant() -> None:
    scene = Scene()
    scene.line(port=5020).read().read(5, 2)
    assert found(scene, ports=(5020,)) == []
    assert [one.code for one in found(scene)] == ["PORT.ELSEWHERE"]
    ledger = Ledger()
    Engine(ledger, ports=None).add([Message(0, START, Way("10.0.0.1", 0, "10.0.0.2", 5020), ask(1))])
    assert ledger.findings == []


def test_learning_ends_by_the_times_of_the_messages() -> None:
    scene = Scene()
    usual_morning(scene, 2)
    ledger = Ledger()
    engine = Engine(ledger, learn_for=60)
    messages = Dissector().feed(scene.records)
    steps = []
    for some in (messages[:10], messages[10:]):
        engine.add(some)
        steps.append((engine.learning, engine.baseline is None))
    assert steps == [(True, True), (False, False)]
    assert engine.baseline is not None
    assert engine.baseline.until - engine.baseline.since <= 60 * SECOND
    assert ledger.findings == []


def test_what_is_missing_is_told_once_and_again_after_it_came_back() -> None:
    scene = Scene()
    one, other = usual_morning(scene)
    for _ in range(2):
        for _ in range(60):
            scene.at += 1
            one.read(0, 10)
        other.read(0, 10)
    (missing,) = found(scene, learn_for=600)
    assert missing.code == "TROUBLE.MISSING"
    assert missing.server == "10.0.0.3:502"
    assert missing.count == 2


def test_a_clock_alone_shows_what_is_missing() -> None:
    scene = Scene()
    usual_morning(scene)
    ledger = Ledger()
    engine = Engine(ledger, learn_for=500)
    messages = Dissector().feed(scene.records)
    engine.add(messages)
    engine.tick(messages[-1].time + 60 * SECOND)
    assert {one.code for one in ledger.findings} == {"TROUBLE.MISSING"}
    assert len(ledger.findings) == 2


def test_a_rate_far_above_the_usual_is_a_flood() -> None:
    scene = Scene()
    one, _ = usual_morning(scene)
    scene.at = 601.0
    for _ in range(70):
        one.read(0, 10)
    flood = next(one for one in found(scene, learn_for=600) if one.code == "FLOOD.REQUESTS")
    assert "more than 50 requests" in flood.sentence


def test_it_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "MOST_WAYS", 32)
    monkeypatch.setattr(engines, "MOST_TALKS", 16)
    monkeypatch.setattr(engines, "MOST_STREAMS", 32)
    scene = Scene()
    for number in range(200):
        scene.line(f"10.1.{number}.1").read().close()
    ledger = Ledger()
    engine = Engine(ledger)
    dissector = Dissector()
    messages = dissector.feed(scene.records)
    engine.happened(dissector.events)
    engine.add(messages)
    assert len(engine._ways) <= 32
    assert len(engine._talks) <= 16
    assert max(len(engine._began), len(engine._opened), len(engine._asked_on)) <= 32
    assert {one.code for one in ledger.findings} == set()


def test_rtu_over_tcp_is_looked_at_too() -> None:
    from port502.protocol.checksum import crc16

    def frame(text: str) -> bytes:
        body = bytes.fromhex(text)
        return body + crc16(body).to_bytes(2, "little")

    scene = Scene()
    line = scene.line(INTRUDER)
    for _ in range(5):
        line.send(frame("01 03 0000 0001")).send(frame("01 03 02 0007"), client=False)
    line.send(frame("01 08 0004 0000"))
    assert [one.code for one in found(scene)] == ["DIAGNOSTICS.LISTEN_ONLY"]


def test_what_is_kept_for_all_talks_together_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "MOST_KEPT", 50)
    scene = Scene()
    lines = [scene.line(f"10.1.{number}.1") for number in range(10)]
    for address in range(20):
        for line in lines:
            line.read(7 * address, 3)
    engine = Engine(Ledger())
    engine.add(Dissector().feed(scene.records))
    assert sum(len(talk.usual) + len(talk.answers) for talk in engine._talks.values()) <= 51
    assert engine.ledger.findings == []


def test_strangers_do_not_drive_out_what_is_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "MOST_TALKS", 16)
    scene = Scene()
    one, other = usual_morning(scene)
    scene.at = 601.0
    for number in range(200):
        scene.line(INTRUDER, f"10.9.{number}.1", opened=False).knock().refuse()
        if number % 5 == 0:
            scene.at += 1
            one.read(0, 10)
            other.read(0, 10)
    assert "TROUBLE.MISSING" not in {one.code for one in found(scene, learn_for=600)}
