"""Checks of polling."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.commission.audit import polling
from port502.commission.audit.live import Asked, Live, Probe
from port502.commission.audit.outcome import Outcome
from tests.commission.audit.sites import facts, seen, texts


def site(connection: str, device: str = "unit: 1, points: {a: {ref: 40001}}") -> str:
    return f"connections:\n  c: {{{connection}}}\ndevices:\n  d: {{connection: c, {device}}}\n"


def live(*asked: Asked, is_open: bool = True, text: str = "opened in 2 ms") -> Live:
    return Live((Probe("c", "192.168.5.10", is_open, text, asked),))


PLC = "url: 'tcp://192.168.5.10'"


def test_the_warnings_of_the_file_are_told(tmp_path: Path) -> None:
    known = facts(tmp_path, site(PLC, "unit: 1, points: {a: {ref: 'holding:40001'}}"))
    assert "40001" in texts(seen(polling.warnings, known), Outcome.WARN)[0]
    assert texts(seen(polling.warnings, facts(tmp_path, site(PLC))), Outcome.PASS)


@pytest.mark.parametrize(
    ("seen_live", "outcome", "words"),
    [
        (None, Outcome.NOT_TESTABLE, "--live connects"),
        (Live(left_out=(("c", "it runs"),)), Outcome.NOT_TESTABLE, "c: it runs"),
        (live(is_open=False, text="refused"), Outcome.FAIL, "c: refused"),
        (live(), Outcome.PASS, "port 502 opened in 2 ms"),
    ],
)
def test_every_device_can_be_connected_to(
    tmp_path: Path, seen_live: Live | None, outcome: Outcome, words: str
) -> None:
    (one,) = seen(polling.answers, facts(tmp_path, site(PLC), live=seen_live))
    assert one.outcome is outcome
    assert words in one.text


@pytest.mark.parametrize(
    ("connection", "unit", "outcome"),
    [
        (PLC, 1, Outcome.NOT_TESTABLE),
        (PLC, 7, Outcome.WARN),
        (f"{PLC}, gateway: true", 7, Outcome.NOT_TESTABLE),
        (f"{PLC}, gateway: true", 255, Outcome.WARN),
        ("url: 'rtu:///dev/ttyUSB0'", 7, Outcome.NOT_TESTABLE),
        ("url: 'rtu+tcp://192.168.5.30:4001'", 7, Outcome.NOT_TESTABLE),
    ],
)
def test_unit_ids_that_are_unusual_are_noticed(
    tmp_path: Path, connection: str, unit: int, outcome: Outcome
) -> None:
    text = site(connection, f"unit: {unit}, points: {{a: {{ref: 40001}}}}")
    (one,) = seen(polling.units, facts(tmp_path, text))
    assert one.outcome is outcome


def test_whoever_answers_is_there_whatever_the_unit_id_looks_like(tmp_path: Path) -> None:
    text = site(PLC, "unit: 7, points: {a: {ref: 40001}}")
    cases = [
        (Asked("d", 7, True, "answers"), Outcome.PASS, "answers"),
        (Asked("d", 7, True, "exception 2", refused=True), Outcome.PASS, "is there: exception 2"),
        (Asked("d", 7, False, "no answer within 1 s"), Outcome.FAIL, "no answer"),
    ]
    for asked, outcome, words in cases:
        (one,) = seen(polling.units, facts(tmp_path, text, live=live(asked)))
        assert one.outcome is outcome
        assert words in one.text
    (one,) = seen(polling.units, facts(tmp_path, site(PLC), live=live(is_open=False)))
    assert one.outcome is Outcome.NOT_TESTABLE


def test_references_typed_as_addresses_are_noticed(tmp_path: Path) -> None:
    points = "{a: {ref: 'holding:40108'}, b: {ref: 'input:30001'}, c: {ref: 40001}}"
    found = seen(polling.offsets, facts(tmp_path, site(PLC, f"unit: 1, points: {points}")))
    assert [one.text for one in found] == [
        "d.a is holding:40108: was holding:107 meant?",
        "d.b is input:30001: was input:0 meant?",
    ]
    refused = live(Asked("d", 1, True, "exception 2", refused=True))
    (one,) = seen(polling.offsets, facts(tmp_path, site(PLC), live=refused))
    assert one.outcome is Outcome.FAIL
    (one,) = seen(polling.offsets, facts(tmp_path, site(PLC)))
    assert one.text == "d begins at holding:0, counted from zero"


@pytest.mark.parametrize(
    ("connection", "outcome"),
    [
        (PLC, Outcome.PASS),
        (f"{PLC}, response_timeout: 200ms", Outcome.WARN),
        (f"{PLC}, connect_timeout: 500ms", Outcome.WARN),
        (f"{PLC}, gateway: true", Outcome.PASS),
        (f"{PLC}, gateway: true, response_timeout: 1s", Outcome.WARN),
        ("url: 'rtu:///dev/ttyUSB0?baud=300', response_timeout: 500ms", Outcome.FAIL),
        ("url: 'rtu:///dev/ttyUSB0?baud=19200', response_timeout: 500ms", Outcome.PASS),
    ],
)
def test_time_outs_are_long_enough(tmp_path: Path, connection: str, outcome: Outcome) -> None:
    (one,) = seen(polling.timeouts, facts(tmp_path, site(connection)))
    assert one.outcome is outcome, one.text


@pytest.mark.parametrize(
    ("connection", "every", "took", "outcome", "words"),
    [
        (PLC, "1s", None, Outcome.PASS, "busy 2% of the time: 1 requests/s; if each takes 20 ms"),
        (PLC, "1s", 0.9, Outcome.WARN, "of 900 ms each, as measured: little is left"),
        (PLC, "1s", 1.5, Outcome.FAIL, "polls are skipped"),
        (
            f"{PLC}, gateway: true",
            "50ms",
            None,
            Outcome.WARN,
            "if its line has 19200 Bd: polls would be skipped",
        ),
        ("url: 'rtu:///dev/ttyUSB0?baud=1200'", "100ms", None, Outcome.FAIL, "at 1200 Bd: polls are skipped"),
        ("url: 'rtu:///dev/ttyUSB0?baud=19200'", "1s", None, Outcome.PASS, "at 19200 Bd"),
    ],
)
def test_devices_and_lines_can_keep_up(
    tmp_path: Path, connection: str, every: str, took: float | None, outcome: Outcome, words: str
) -> None:
    text = site(connection, f"unit: 1, points: {{a: {{ref: 40001, interval: {every}}}}}")
    known = live(Asked("d", 1, True, "answers", took)) if took else None
    (one,) = seen(polling.load, facts(tmp_path, text, live=known))
    assert one.outcome is outcome, one.text
    assert words in one.text


def test_connections_are_counted_against_what_devices_take(tmp_path: Path) -> None:
    meter = site(PLC, "unit: 1, map: eastron/sdm630")
    (one,) = seen(polling.connections, facts(tmp_path, meter))
    assert (one.outcome, one.text) == (Outcome.PASS, "c: 1 connection, such devices take 2")
    (one,) = seen(polling.connections, facts(tmp_path, site(PLC)))
    assert one.outcome is Outcome.NOT_TESTABLE
    (tmp_path / "one.yaml").write_text(
        "map: mine/one\nmanufacturer: Mine\ncategory: plc\n"
        "capabilities: {max_connections: 1}\npoints: {a: {ref: holding:0, type: uint16}}\n"
    )
    both = (
        f"connections:\n  c: {{{PLC}}}\n  e: {{{PLC}}}\n"
        "devices:\n  d: {connection: c, unit: 1, map: one.yaml}\n  f: {connection: e, unit: 2, map: one.yaml}\n"
    )
    (one,) = seen(polling.connections, facts(tmp_path, both))
    assert (one.outcome, one.text) == (Outcome.FAIL, "c and e: 2 connections, it takes 1")
    (one,) = seen(polling.connections, facts(tmp_path, site(PLC, "unit: 1, map: one.yaml")))
    assert "nobody else can connect; port502 share lets many in" in one.text


def test_connections_stay_open(tmp_path: Path) -> None:
    (one,) = seen(polling.kept_open, facts(tmp_path, site(PLC)))
    assert one.text == "c stays open; keep-alive after 30s"
    (one,) = seen(polling.kept_open, facts(tmp_path, site(f"{PLC}, keep_open: false")))
    assert one.outcome is Outcome.WARN
    (tmp_path / "idle.yaml").write_text(
        "map: mine/idle\nmanufacturer: Mine\ncategory: plc\n"
        "capabilities: {idle_close: 20s}\npoints: {a: {ref: holding:0, type: uint16, poll: slow}}\n"
    )
    (one,) = seen(polling.kept_open, facts(tmp_path, site(PLC, "unit: 1, map: idle.yaml")))
    assert "hangs up after 20 s" in one.text


def test_a_site_without_connections_has_nothing_to_look_at(tmp_path: Path) -> None:
    known = facts(tmp_path, "")
    for judge in (
        polling.answers,
        polling.units,
        polling.offsets,
        polling.timeouts,
        polling.load,
        polling.connections,
        polling.kept_open,
    ):
        assert seen(judge, known) == []
