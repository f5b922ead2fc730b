"""The computed points of a site: every name known, no circle among them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from port502.collect.expression import Expression
from port502.collect.scanner import InvalidExpressionError
from port502.site.faults import Fault
from port502.site.points import Entry


def compiled(entries: Iterable[Entry], known: Collection[str]) -> tuple[dict[str, Expression], list[Fault]]:
    """The expressions by their full names, and the faults of those that cannot be computed.

    ``known`` are the full names of all points of the site, also of those that are faulty themselves.
    """
    expressions: dict[str, Expression] = {}
    places: dict[str, Entry] = {}
    faults: list[Fault] = []
    for entry in entries:
        text = entry.model.expression
        if text is None:
            continue
        try:
            expression = Expression.compile(text, known, entry.device)
        except InvalidExpressionError as error:
            at = f" (character {error.column})" if error.column > 1 else ""
            faults.append(entry.fault("expression", error.message + at, error.hint))
            continue
        if not expression.names:
            faults.append(entry.fault("expression", "names no point, so it would never be computed"))
            continue
        expressions[entry.full_name] = expression
        places[entry.full_name] = entry
    for name in circular(expressions):
        circle = "needs its own value, through " + " and ".join(expressions[name].names)
        faults.append(places[name].fault("expression", circle))
    return expressions, faults


def circular(expressions: Mapping[str, Expression]) -> list[str]:
    """The expressions that need their own value, directly or through others."""
    open_names = {
        name: {used for used in one.names if used in expressions} for name, one in expressions.items()
    }
    while True:
        settled = [name for name, needs in open_names.items() if not needs]
        if not settled:
            break
        for name in settled:
            del open_names[name]
        for needs in open_names.values():
            needs.difference_update(settled)
    return [name for name in open_names if _reaches(name, expressions)]


def _reaches(start: str, expressions: Mapping[str, Expression]) -> bool:
    seen: set[str] = set()
    pending = list(expressions[start].names)
    while pending:
        name = pending.pop()
        if name == start:
            return True
        if name in expressions and name not in seen:
            seen.add(name)
            pending.extend(expressions[name].names)
    return False
