"""How durations are spread, as bars side by side."""

from __future__ import annotations

from collections.abc import Sequence

from port502.collect.histogram import Bar


def duration_text(seconds: float | None) -> str:
    """A short duration as people read it: ``0.25 ms``, ``12 ms``, ``1.5 s``."""
    if seconds is None:
        return "-"
    if seconds < 0.9995:
        milliseconds = seconds * 1000
        return f"{milliseconds:.2f} ms" if milliseconds < 9.995 else f"{milliseconds:.0f} ms"
    return f"{seconds:.1f} s"


def drawn(bars: Sequence[Bar]) -> str:
    """The bars as HTML, the longest as high as there is room; empty without any."""
    if not bars:
        return ""
    most = max(bar.count for bar in bars)
    total = sum(bar.count for bar in bars)
    shown = "".join(
        f'<i style="height:{max(100 * bar.count / most, 2 if bar.count else 0):.1f}%" title="{_said(bar)}"></i>'
        for bar in bars
    )
    first, last = duration_text(bars[0].least), duration_text(bars[-1].most)
    label = f"the last {total} replies took {first} to {last}"
    return (
        f'<div class="p5-bars" role="img" aria-label="{label}">{shown}</div>'
        f'<div class="p5-ends"><span>{first}</span><span>the last {total} replies</span><span>{last}</span></div>'
    )


def _said(bar: Bar) -> str:
    return f"{duration_text(bar.least)} to {duration_text(bar.most)}: {bar.count}"
