"""What was said on the wire as people read it."""

from __future__ import annotations

from port502.cli.inspect_view import end_text, message_line, packet_line, value_line
from port502.registers.point import Point
from port502.registers.reference import Table
from port502.traffic.dissector import Dissector
from port502.traffic.series import Seen
from tests.traffic.files import messages_of, polling
from tests.traffic.wire import Talk, ask


def test_lines_are_in_columns() -> None:
    line = message_line(messages_of(polling())[1], lambda frame: ("file", 77))
    assert line.split()[:2] == ["77", "22:13:20.004000"]
    packets = Dissector().packets(Talk(opened=True).asks(ask(1)).segment(ask(1), at=1000).records)
    assert packet_line(packets[0]).endswith("SYN")
    assert packet_line(packets[3]).endswith("PSH,ACK, 12 bytes [sent again]")
    assert packet_line(packets[2]).endswith("read holding registers 0")


def test_ends() -> None:
    assert [end_text("10.0.0.1", 502), end_text("fd00::1", 502), end_text("", None), end_text("a", None)] == [
        "10.0.0.1:502",
        "[fd00::1]:502",
        "-",
        "a",
    ]


def test_values() -> None:
    point = Point("pressure", Table.HOLDING, 7, "uint16", unit="kPa")
    assert value_line(Seen(1, 0, "s", 1, Table.HOLDING, 7, 5, False, point)).endswith(
        "pressure          5 kPa"
    )
    assert value_line(Seen(1, 0, "s", 1, Table.HOLDING, 7, 5, True)).endswith("holding:7         5  written")
    assert value_line(Seen(1, 0, "s", 1, Table.HOLDING, 7, None, False, point, "no number")).endswith(
        "?  no number"
    )
