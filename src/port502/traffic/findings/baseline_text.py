"""What is usual in words, and as the file that people read, correct and give to ``--baseline``."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from port502.traffic.findings.access import place_text
from port502.traffic.findings.baseline import Baseline, Conversation
from port502.traffic.findings.spans import Spans
from port502.traffic.findings.talk import end_text
from port502.traffic.moment import time_text

_SHOWN = 6
_OWN_WORDS = frozenset({"1", "2", "3", "4", "5", "6", "15", "16", "22", "23", "24"})
"""Functions that the words of reading and writing say already."""


def words(conversation: Conversation) -> str:
    """Who asks whom for what, in one sentence."""
    who = conversation.who
    said = [f"{who.client} asks unit {who.unit} of {end_text(who.server, who.port)}"]
    if conversation.pause is not None:
        said.append(f", at least every {_span_text(conversation.pause)}")
    does = []
    for verb, places in (("reads", conversation.reads), ("writes", conversation.writes)):
        texts = _places(places)
        if texts:
            more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
            does.append(f"{verb} {', '.join(texts[:_SHOWN])}{more}")
    others = sorted(conversation.functions - _OWN_WORDS, key=_number)
    if others:
        does.append(f"uses function{'s' if len(others) > 1 else ''} {', '.join(others)}")
    return "".join(said) + (f": {'; '.join(does)}" if does else "")


def baseline_text(baseline: Baseline, name: str = "learned") -> str:
    """The file of a baseline (YAML)."""
    if not baseline.conversations:
        return f"baseline: {name}\nconversations: []\n"
    since, until = time_text(baseline.since), time_text(baseline.until)
    lines = [
        f"# Learned from {baseline.requests} requests. Whatever is not here is a finding: read it before you use it.",
        f"baseline: {name}",
        f'since: "{since}"',
        f'until: "{until}"',
        "conversations:",
    ]
    for who in sorted(baseline.conversations):
        lines += _entry(baseline.conversations[who])
    return "\n".join(lines) + "\n"


def _entry(one: Conversation) -> Iterator[str]:
    who = one.who
    yield f"  # {words(one)}"
    yield f'  - client: "{who.client}"'
    yield f'    server: "{who.server}"'
    yield f"    port: {who.port}"
    yield f"    unit: {who.unit}"
    names = ", ".join(f'"{name}"' for name in sorted(one.functions, key=_number))
    yield f"    functions: [{names}]"
    for key, places in (("reads", one.reads), ("writes", one.writes)):
        if places:
            yield f"    {key}: [{', '.join(_places(places))}]"
    if one.values:
        yield "    values:"
    for (table, address), usual in sorted(one.values.items()):
        counts = ", counts: true" if usual.counts else ""
        said = f"min: {usual.least}, max: {usual.most}, step: {usual.step}, writes: {usual.writes}{counts}"
        yield f"      {place_text(table, address)}: {{{said}}}"
    if one.pause is not None:
        yield f"    pause: {_milliseconds(one.pause)}"
    if one.response_time is not None:
        yield f"    response_time: {_milliseconds(one.response_time)}"
    yield f"    per_second: {one.per_second}"
    yield f"    requests: {one.requests}"


def _places(places: dict[str, Spans]) -> list[str]:
    return [text for table in sorted(places) for text in places[table].texts(table)]


def _milliseconds(seconds: float) -> str:
    return f"{max(1, ceil(seconds * 1000))}ms"


def _span_text(seconds: float) -> str:
    if seconds < 0.95:
        return f"{max(1, round(seconds * 1000))} ms"
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.1f} min"


def _number(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.split("/"))
