from __future__ import annotations

from port502.web.pages.frame_view import _bytes, table
from port502.web.tools.frames import Asked, explained


def test_everything_in_a_table_is_escaped() -> None:
    text = table(("<b>",), [("<script>alert(1)</script>\x1b",)])
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert "\\x1b" in text


def test_what_is_wrong_is_marked_by_a_shape_too() -> None:
    broken = explained(Asked("00 01 00 00 00 09 06 03 00 6B 00 03"))[0]
    assert "is-wrong" in _bytes(broken)
    assert "len ■" in _bytes(broken)
    assert "is-wrong" not in _bytes(explained(Asked("00 01 00 00 00 06 06 03 00 6B 00 03"))[0])
