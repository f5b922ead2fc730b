"""Curves over the whole screen."""

from __future__ import annotations

import time

from textual.widgets import Static

from port502.cli.values import Row
from port502.cli.watching.base import WatchApp
from port502.cli.watching.chart_screen import ChartScreen
from port502.cli.watching.shown import Shown
from tests.cli.watching.conftest import until


async def test_values_are_drawn_with_their_scale_and_names() -> None:
    row = Row("holding:0", "holding", 0, "uint16", 9, (9,), "", name="pump.speed", unit_of_measure="Hz")
    one, other = Shown("1", row), Shown("2", Row("text", "holding", 0, "string[2]", "on", (1, 2), ""))
    now = time.time()
    one.trace.extend([(now - 20, 5.0), (now - 15, None), (now - 10, 9.0), (now, 9.0)])
    app = WatchApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(ChartScreen([one, other] * 5))
        await pilot.pause()
        drawn = app.screen.query_one("#chart", Static)
        await until(pilot, lambda: "now" in str(drawn.render()))
        text = str(drawn.render())
        assert "9" in text.splitlines()[0]
        assert any("⠀" < char <= "⣿" for char in text)
        legend = str(app.screen.query_one("#legend", Static).render())
        assert "pump.speed  9 Hz  5 to 9" in legend
        assert "no numbers yet" in legend
        await pilot.press("minus")
        assert "5 min ago" in str(drawn.render())
        await pilot.resize_terminal(30, 8)
        await pilot.press("plus", "escape")
        assert not isinstance(app.screen, ChartScreen)
