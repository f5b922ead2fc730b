"""How long replies took, lately and since the start: a table, and bars side by side."""

from __future__ import annotations

from port502.collect.response_times import Bar, Spread

LATELY, EVER = "last 5 minutes", "since the start"
_WITHIN = {"half within": 0.5, "95 % within": 0.95, "99 % within": 0.99}


def duration_text(seconds: float | None) -> str:
    """A short duration as people read it: ``0.25 ms``, ``12 ms``, ``1.5 s``."""
    if seconds is None:
        return "-"
    if seconds < 0.9995:
        milliseconds = seconds * 1000
        return f"{milliseconds:.2f} ms" if milliseconds < 9.995 else f"{milliseconds:.0f} ms"
    return f"{seconds:.1f} s"


def table(lately: Spread, ever: Spread) -> str:
    """The percentiles of both and how many replies they are of, as an HTML table."""
    heads = "".join(f'<th scope="col">{word}</th>' for word in (*_WITHIN, "replies"))
    rows = "".join(_row(word, spread) for word, spread in ((LATELY, lately), (EVER, ever)))
    return (
        f'<table class="p5-percentiles"><thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    )


def _row(word: str, spread: Spread) -> str:
    found = "".join(f"<td>{duration_text(seconds)}</td>" for seconds in spread.percentiles(*_WITHIN.values()))
    return f'<tr><th scope="row">{word}</th>{found}<td>{spread.count:,}</td></tr>'


def drawn(lately: Spread, ever: Spread) -> str:
    """What part of the replies took how long, as HTML: bars are those of lately, lines all; empty without any."""
    columns = ever.bars()
    if not columns:
        return ""
    recent = {bar.least: bar.count for bar in lately.bars()}
    parts = [
        (
            bar,
            recent.get(bar.least, 0),
            recent.get(bar.least, 0) / max(lately.count, 1),
            bar.count / ever.count,
        )
        for bar in columns
    ]
    most = max(max(one, other) for *_, one, other in parts)
    shown = "".join(
        f'<span title="{_said(bar, count)}"><i style="height:{_height(one / most)}"></i>{_line(other / most)}</span>'
        for bar, count, one, other in parts
    )
    first, last = duration_text(columns[0].least), duration_text(columns[-1].most)
    label = f"replies took {first} to {last}; bars are the {LATELY}, lines all {EVER}"
    return (
        f'<div class="p5-bars" role="img" aria-label="{label}">{shown}</div>'
        f'<div class="p5-ends"><span>{first}</span>'
        f'<span><i class="p5-bar-key"></i>{LATELY}<i class="p5-line-key"></i>{EVER}</span><span>{last}</span></div>'
    )


def _height(part: float) -> str:
    """In percent of the room; what is there can be seen."""
    return f"{max(100 * part, 2.0) if part else 0:.1f}%"


def _line(part: float) -> str:
    return f'<b style="bottom:{_height(part)}"></b>' if part else ""


def _said(bar: Bar, recent: int) -> str:
    took = f"{duration_text(bar.least)} to {duration_text(bar.most)}"
    return f"{took}: {recent:,} in the {LATELY}, {bar.count:,} {EVER}"
