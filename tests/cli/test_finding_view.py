"""What was found, in words."""

from __future__ import annotations

import pytest

from port502.cli.finding_view import Layout, change_lines, cut, estimate_lines, notes, summary_lines
from port502.discover.changes import Change, ChangeKind, Known
from port502.discover.estimate import estimate
from port502.discover.found import FoundDevice, FoundUnit, Inventory, OpenPort
from port502.discover.settings import ScanSettings
from port502.discover.targets import parse_targets
from port502.discover.units import UnitClass

METER = FoundUnit(
    1,
    UnitClass.DEVICE,
    response_ms=3.14,
    vendor="Schneider Electric",
    product="PM5110",
    map="schneider/pm5100",
)
GATEWAY = FoundDevice(
    "192.168.100.200",
    502,
    name="hall",
    mac="00:80:f4:01:02:03",
    maker="Telemecanique",
    units=(
        METER,
        *(FoundUnit(unit, UnitClass.GATEWAY_SILENT, response_ms=500.0) for unit in (2, 3, 4)),
        FoundUnit(9, UnitClass.GATEWAY_NO_PATH, response_ms=1.0),
        FoundUnit(12, UnitClass.DEVICE, quirks=("slow \x1b[31m",)),
    ),
    silent=(5, 6),
    gateway=True,
    quirks=("breaks the protocol: tolerate extra_bytes",),
)


@pytest.mark.parametrize("width", [40, 80, 120, 300])
def test_lines_fit_the_terminal_and_columns_stand_under_their_headings(width: int) -> None:
    layout = Layout(width)
    heading = layout.heading()
    lines = layout.device(GATEWAY)
    rows = [line for line in lines if not line.startswith("  ") or line.lstrip().startswith("12 ")]
    assert len(heading) <= max(76, width)
    assert lines[0].startswith("192.168.100.200:502")
    assert lines[0].index("3.1 ms") + len("3.1 ms") == heading.index("answers") + len("answers")
    assert all(len(row) <= max(76, min(width, 140)) for row in rows)


def test_an_address_too_long_for_its_column_has_a_line_of_its_own() -> None:
    device = FoundDevice("fd50:1:2:3:4:5:6:7", 502, units=(METER,))
    first, second = Layout(80).device(device)
    assert first == "[fd50:1:2:3:4:5:6:7]:502"
    assert second.lstrip().startswith("1 ")


def test_notes_say_each_thing_once() -> None:
    assert notes(GATEWAY) == [
        "MAC 00:80:f4:01:02:03, Telemecanique",
        "called hall",
        "the gateway has no path to unit 9",
        "the gateway got no answer from unit 2-4, after 500 ms",
        "silent: unit 5-6",
        "unit 12: slow \\x1b[31m",
        "breaks the protocol: tolerate extra_bytes",
    ]
    any_unit = FoundDevice("10.0.0.1", 502, units=(FoundUnit(1, UnitClass.ANY_UNIT),))
    assert notes(any_unit) == ["answers any unit id alike: one device, not many"]
    same = tuple(FoundUnit(unit, UnitClass.SAME_DEVICE) for unit in (0, 255))
    assert notes(FoundDevice("10.0.0.1", 502, units=same)) == ["answers at unit 0,255 too"]
    assert " any " in Layout(80).device(any_unit)[0]


def test_a_gateway_without_devices_has_its_line_too() -> None:
    device = FoundDevice("10.0.0.1", 502, units=(FoundUnit(1, UnitClass.GATEWAY_SILENT),))
    assert "no unit that was asked" in Layout(120).device(device)[0]


def test_the_end_says_how_many_and_what_next() -> None:
    web = [OpenPort(f"10.0.0.{n}", 502, "HTTP") for n in range(30)]
    others = (*web, OpenPort("plc", 0, "unknown"))
    lines = summary_lines(Inventory((GATEWAY,), others, 254, 254, 12.4), asked_all=False)
    assert lines[0] == "1 device, 2 units, at 254 addresses in 12 s"
    assert lines[1] == "no Modbus at 10.0.0.0:502: HTTP"
    assert lines[-2].startswith("and 11 more ports")
    assert lines[-1].startswith("192.168.100.200 answers as a gateway does: --units 1-247")
    cut_short = summary_lines(Inventory((), (), 1, 254, 0.5), asked_all=True)
    assert cut_short == ["0 devices, 0 units, at 1 address of 254: interrupted in 0.5 s"]


def test_changes_in_words() -> None:
    one = Known("10.0.0.1", 502, 1, {"vendor": "Acme", "product": "B200"})
    lines = change_lines(
        [
            Change(ChangeKind.NEW, one),
            Change(ChangeKind.CHANGED, one, (("revision", "1.0", "1.1"),)),
            Change(ChangeKind.MOVED, one, (("address", "10.0.0.9:502", "10.0.0.1:502"),)),
        ]
    )
    assert lines == [
        "new      10.0.0.1:502 unit 1   Acme B200",
        "changed  10.0.0.1:502 unit 1   Acme B200   revision 1.0 -> 1.1",
        "moved    10.0.0.1:502 unit 1   Acme B200   from 10.0.0.9:502",
    ]


def test_the_cost_in_words() -> None:
    made = estimate(parse_targets(["10.0.0.0/24"]), 0, ScanSettings(), on_link=True)
    first, second = estimate_lines(made, (502, 802))
    assert first.startswith("254 addresses, port 502,802: at most 762 packets")
    assert "nothing is written" in second


def test_cutting() -> None:
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdefg", 6) == "abcde…"
