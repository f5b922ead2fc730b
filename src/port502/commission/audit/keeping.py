"""Checks of what the site needs around it: disk, clock, secrets, users, rights."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from port502.commission.audit.facts import Facts
from port502.commission.audit.outcome import Seen, doubtful, failed, fine, unknown
from port502.site.durations import size_text
from port502.site.faults import KeyPath, key_path_text

SAMPLE_BYTES = 25
"""Bytes on disk for a sample, at the cautious end."""

NEARLY = 0.8
DAY = 86_400.0

_SECRET_WORDS = re.compile(r"(?i)pass(word|phrase|wd)?$|secret$|token$|api[-_]?key$|authorization$")
_IN_URL = re.compile(r"://[^/\s:@]+:[^/\s@]+@")


def disk(facts: Facts) -> Iterator[Seen]:
    """The disk holds the history for as long as it is to be kept."""
    keep = facts.site.history
    read = [1 / one.interval for _, device in facts.devices() for one in device.points]
    computed = [1 / one.interval for _, device in facts.devices() for one in device.expressions]
    per_second = sum(read) + sum(computed)
    if not per_second:
        return
    daily = per_second * SAMPLE_BYTES * DAY
    wanted = (
        keep.max_bytes if keep.keep is None else min(keep.max_bytes, per_second * SAMPLE_BYTES * keep.keep)
    )
    how = f"{per_second:.3g} samples/s are at most {_size(daily)} a day"
    if keep.keep is not None and daily * keep.keep / DAY > keep.max_bytes:
        days = keep.max_bytes / daily
        most, asked = size_text(keep.max_bytes), keep.keep / DAY
        yield doubtful(f"{how}: {most} (`max_size`) hold {days:,.0f} days, and {asked:,.0f} are wanted")
    free = facts.host.free(keep.path)
    if free is None:
        yield unknown(f"{how}, {_size(wanted)} in all; how much is free in {keep.path.name} cannot be seen")
        return
    free += sum(file.stat().st_size for file in keep.path.glob("history*") if file.is_file())
    text = f"{how}, {_size(wanted)} in all; {_size(free)} are there for it"
    make = failed if wanted > free else doubtful if wanted > NEARLY * free else fine
    yield make(text)


def clock(facts: Facts) -> Iterator[Seen]:
    """The clock is right, and the time zone is that of the plant."""
    in_step = facts.host.clock_in_step
    if in_step is None:
        yield unknown("this system does not tell whether a time service keeps the clock in step")
    elif in_step:
        yield fine("a time service keeps the clock in step")
    else:
        yield doubtful("no time service keeps the clock of this machine in step")
    data = facts.document.data
    if isinstance(data, dict) and "timezone" in data:
        yield fine(f"the time zone is {facts.site.timezone}")
        return
    hours = [
        one.name
        for one in facts.site.listeners
        if one.policy is not None and any(rule.during is not None for rule in one.policy.rules)
    ]
    if hours:
        yield doubtful(f"no `timezone`: the hours in the policy of {', '.join(hours)} are those of UTC")
    else:
        yield fine("no `timezone` is set, and nothing depends on local hours: reports are in UTC")


def secrets(facts: Facts) -> Iterator[Seen]:
    """No password stands in the file."""
    found = [path for path, value in _texts(facts.document.data) if _is_secret(path, value)]
    for path in found:
        if not facts.document.hidden(path):
            line, _ = facts.document.place(path)
            yield failed(f"line {line}: {key_path_text(path)} stands there in plain text")
    if hidden := sum(facts.document.hidden(path) for path in found):
        yield fine(f"{hidden} secret{'s come' if hidden > 1 else ' comes'} from outside of the file")
    if not found:
        yield fine("the file names no password")


def _texts(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _texts(one, (*path, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _texts(one, (*path, index))
    elif value is not None and not isinstance(value, bool):
        yield path, str(value)


def _is_secret(path: KeyPath, value: str) -> bool:
    last = str(path[-1]) if path else ""
    named = bool(_SECRET_WORDS.search(last)) or path[-2:] == ("audit", "key")
    return named or bool(_IN_URL.search(value))


def users(facts: Facts) -> Iterator[Seen]:
    """Who uses the dashboard says who they are, and nobody reads along."""
    data = facts.document.data
    if not (isinstance(data, dict) and "web" in data):
        return
    web = facts.site.web
    where = f"the dashboard at {web.scheme}://{web.host}:{web.port}"
    if web.is_local:
        yield fine(f"{where} is for this machine only{'' if web.users else ', without users'}")
    elif web.scheme == "http" and not web.proxies:
        yield failed(f"{where} takes passwords in plain: give it `certificate` and `key`, or a proxy")
    else:
        yield fine(f"{where} is encrypted" if web.scheme == "https" else f"{where} is behind a proxy")
    if web.users is not None:
        if web.users.is_file():
            yield fine(f"its users are in {web.users.name}")
        else:
            yield failed(f"{web.users.name}, the users of the dashboard, is not there")


def rights(facts: Facts) -> Iterator[Seen]:
    """The site runs with few rights."""
    root = facts.host.is_root
    if root is None:
        yield unknown("this system does not tell with which rights this runs")
    elif root:
        yield doubtful(
            "this runs as root; a site needs no more than CAP_NET_BIND_SERVICE for ports below 1024"
        )
    else:
        yield fine("this runs without the rights of root")


def _size(amount: float) -> str:
    for unit, size in (("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20)):
        if amount >= size:
            return f"{amount / size:.3g} {unit}"
    return f"{amount / 1024:.3g} KiB"
