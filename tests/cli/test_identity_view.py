"""Who a device is, in words."""

from __future__ import annotations

from port502.cli.identity_view import identity_lines
from port502.discover.candidates import Candidate
from port502.discover.found import FoundDevice, FoundUnit
from port502.discover.units import UnitClass
from port502.registers.maps.library import Library

FULL = FoundUnit(
    5,
    UnitClass.DEVICE,
    response_ms=3.1,
    vendor="Acme",
    objects={"vendor": "Acme", "product code": "B200 \x1b[31m"},
    server_id="B200",
    serial="S-1",
    models=(1, 103),
    sunspec_base=40000,
    functions=(1, 2, 3, 4, 7, 11, 17, 43),
    missing=(24,),
    candidates=(
        Candidate("acme/b200", "B200", "Acme", 90, ("holding:0 says 'B200'",)),
        Candidate("", "X", "Y", 10),
    ),
)


def test_everything_that_was_said_is_shown() -> None:
    point = Library.default().load("eastron/sdm630").points["voltage_l1"]
    lines = identity_lines(FoundDevice("10.0.0.1", 502), FULL, [("acme/b200", point)])
    text = "\n".join(lines)
    assert lines[0] == "tcp://10.0.0.1:502, unit 5, answers in 3.1 ms"
    for words in (
        "vendor          Acme",
        "product code    B200 \\x1b[31m",
        "server id       B200",
        "SunSpec         models 1, 103 from holding:40000 on",
        "serial number   S-1",
        "sure      acme/b200",
        "holding:0 says 'B200'",
        "possible  (no map)",
        "Only it answers at:",
        "voltage_l1",
    ):
        assert words in text


def test_long_lines_are_folded_under_their_text() -> None:
    lines = identity_lines(FoundDevice("10.0.0.1", 502), FULL, [], 60)
    assert max(map(len, lines)) <= 60
    at = next(n for n, line in enumerate(lines) if line.startswith("functions"))
    assert lines[at + 1].startswith(" " * 16)


def test_a_device_that_says_nothing() -> None:
    text = "\n".join(identity_lines(FoundDevice("10.0.0.1", 502), FoundUnit(1, UnitClass.DEVICE), []))
    assert "It says nothing of itself" in text
    assert "No product that is known fits." in text
