"""The formats by their names."""

from __future__ import annotations

import pytest

from port502.commission.firewall.formats import Format, render
from tests.commission.firewall.sites import golden, station


@pytest.mark.parametrize("form", Format)
def test_each_name_has_its_renderer(form: Format) -> None:
    assert render(station(), form).text == golden(f"{form}.host.txt")


@pytest.mark.parametrize("form", [form for form in Format if form not in (Format.TABLE, Format.CSV)])
def test_what_a_tool_reads_says_how_to_apply_and_undo_it(form: Format) -> None:
    rendered = render(station(), form)
    assert rendered.file
    for command in (*rendered.apply, *rendered.undo):
        assert command in rendered.text
    assert any(rendered.file in command for command in rendered.apply)
