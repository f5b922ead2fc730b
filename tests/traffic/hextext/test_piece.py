"""Bytes that stood together."""

from __future__ import annotations

from port502.traffic.hextext.piece import Piece


def test_lines_are_one_run_when_taken_together() -> None:
    assert Piece((b"\x00\x01", b"\x02")).data == b"\x00\x01\x02"
