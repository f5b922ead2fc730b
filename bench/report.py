"""The result for people (a table), for programs (JSON) and for the project's documentation (a page)."""

from __future__ import annotations

import json
import statistics
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.measure import Summary
    from bench.rows import Row

HEADINGS = ("what", "measured", "must", "aim", "verdict", "rounds", "CPU µs", "by CPU")

PAGE = """# Benchmarks

Written by `make bench`. Everything in the tables comes from one run on one machine that was not kept free
of other work, so **only ratios and CPU per unit of work mean anything elsewhere**; rates are for orientation.

How it is measured: contestants take turns in random order, every round runs each of them once in a fresh
process, ratios are taken inside a round and the table shows the median of the rounds (lowest and highest in
brackets). CPU is that of the measured process inside the counted window. All limits, counters and access
checks of port502 are on; only the numbers of allowed connections are raised. "by CPU" is the ratio of CPU instead
of rates (of the client alone, in a client's row): it holds where other work on the machine blurs the rates.

- A server has a core to itself; the load generator, an epoll loop in C that checks every reply, has the other.
- So have the guard and a plant of simulated meters; the device behind the guard shares the core of the load.
- A client, and a collector, share one core with the C server that answers them, so that waking another core is
  not part of the result. That server is a batch process: it works when the client waits and does not take the
  core away from it, as no device elsewhere would.

`make bench` prints the same table; `python -m bench --quick` takes a fraction of the time, `--only NAME`
measures one part, `--json` gives all numbers.

## Machine

{facts}

## Results

{rows}

## Everything that ran

Medians over the rounds. CPU is per request, poll, sample or start; p99 is latency (collector: lateness).

{summaries}
"""


def cells_of(row: Row) -> tuple[str, ...]:
    """One row as text, in the order of HEADINGS."""
    low_high = ""
    if len(row.values) > 1:
        low_high = f" ({_number(min(row.values))} to {_number(max(row.values))})"
    value = row.value
    return (
        row.what,
        f"{_number(value)} {row.unit}".strip() + low_high if value is not None else "-",
        _goal(row, row.must),
        _goal(row, row.aim),
        row.verdict,
        str(len(row.values)),
        f"{row.cpu:,.2f}" if row.cpu is not None else "",
        f"{statistics.median(row.by_cpu):.2f} ×" if row.by_cpu else "",
    )


def table(rows: Sequence[Row]) -> str:
    """The result for a terminal."""
    lines: list[str] = []
    for group, members in groupby(rows, lambda row: row.group):
        texts = [HEADINGS, *(cells_of(row) for row in members)]
        widths = [max(len(text[i]) for text in texts) for i in range(len(HEADINGS))]
        lines += ["", group.upper()]
        lines += ["  ".join(t.ljust(w) for t, w in zip(text, widths, strict=True)).rstrip() for text in texts]
    lines += ["", *dict.fromkeys(f"not measured: {row.why_not}" for row in rows if row.why_not)]
    return "\n".join(lines)


def document(facts: dict[str, str], rows: Sequence[Row], summaries: Sequence[Summary]) -> str:
    """The page ``docs/benchmarks.md``."""
    parts: list[str] = []
    for group, members in groupby(rows, lambda row: row.group):
        parts += [
            f"### {group[0].upper()}{group[1:]}",
            "",
            _markdown(HEADINGS, [cells_of(r) for r in members]),
            "",
        ]
    everything = [
        (s.cell, s.contestant, f"{s.rate:,.0f}", f"{s.cpu:,.2f}", f"{s.p99:,.2f}" if s.p99 else "")
        for s in summaries
    ]
    return PAGE.format(
        facts=_markdown(("fact", "value"), list(facts.items())),
        rows="\n".join(parts).strip(),
        summaries=_markdown(("work", "program", "per second", "CPU µs", "p99 ms"), everything),
    )


def as_json(facts: dict[str, str], rows: Sequence[Row], summaries: Sequence[Summary]) -> str:
    """Everything, for a program."""
    told = [
        {
            "group": row.group,
            "what": row.what,
            "value": row.value,
            "values": list(row.values),
            "unit": row.unit,
            "must": row.must,
            "aim": row.aim,
            "at_most": row.at_most,
            "cpu_us": row.cpu,
            "by_cpu": list(row.by_cpu),
            "verdict": row.verdict,
            "why_not": row.why_not,
        }
        for row in rows
    ]
    medians = [{name: getattr(s, name) for name in s.__slots__} for s in summaries]
    return json.dumps({"machine": facts, "rows": told, "medians": medians}, indent=2, ensure_ascii=False)


def _goal(row: Row, goal: float | None) -> str:
    if goal is None:
        return ""
    return f"{'≤' if row.at_most else '≥'} {_number(goal)} {row.unit}".strip()


def _number(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) < 100 else f"{value:.0f}"


def _markdown(headings: Sequence[str], texts: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(headings) + " |", "|" + "---|" * len(headings)]
    lines += [
        "| " + " | ".join(text.replace("|", "\\|").replace("\n", " ") for text in row) + " |" for row in texts
    ]
    return "\n".join(lines)
