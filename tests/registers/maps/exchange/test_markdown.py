"""A map as a page."""

from __future__ import annotations

from port502.registers.maps.exchange.markdown import to_markdown
from port502.registers.maps.model import DeviceMap
from tests.registers.maps.samples import everything, measured


def test_every_point_has_a_row() -> None:
    text, others = to_markdown(everything())
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(rows) == len(everything().points)
    assert others == []
    assert text.startswith("# Acme M1, M2\n")
    assert "| `state` | input | 20 | uint16 |  |  | state | 0 off; 1 on |" in text
    assert "bits 0xf0; may be written" in text
    assert "scale in 44" in text
    assert "Source: a manual" in text


def test_words_cannot_break_the_table() -> None:
    text, _ = to_markdown(DeviceMap.of("a/b", [measured("v", 0, note="a | b\nc <script>")]))
    assert "a \\| b c &lt;script>" in text
