"""From plain values to a model: what pydantic finds, as faults with a place, a reason and a spelling.

What is faulty is left out and the rest validated again, so that later checks see all there is to see at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import NoneType
from typing import Any, Protocol, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from port502.site.faults import ERROR, Fault, KeyPath, nearest
from port502.site.scalars import shown

MOST_ROUNDS = 20

ModelT = TypeVar("ModelT", bound=BaseModel)


class Source(Protocol):
    """A file whose values have places: a document or a sheet."""

    def fault(
        self, path: KeyPath, message: str, hint: str = "", *, severity: str = ERROR, at_key: bool = False
    ) -> Fault: ...

    def hidden(self, path: KeyPath) -> bool: ...

    def unread(self, path: KeyPath) -> bool: ...


def validated(
    model: type[ModelT],
    data: dict[str, Any],
    source: Source,
    at: KeyPath = (),
    fallback: Mapping[str, Any] | None = None,
    entry: Callable[[KeyPath], KeyPath] = lambda path: path[:1],
) -> tuple[ModelT | None, list[Fault]]:
    """The model of some values and all their faults; the model holds only what was valid.

    ``at`` is where the values stand in the source, ``fallback`` holds values to go on with where
    indispensable ones are missing or faulty; without them the model is None. ``entry`` gives what has to be
    left out for a fault at a path, by default the whole of the first key.
    """
    faults: list[Fault] = []
    remaining = data
    for _ in range(MOST_ROUNDS):
        try:
            return model.model_validate(remaining), faults
        except ValidationError as error:
            details = error.errors(include_url=False)
        if remaining is data:
            remaining = _copied(data)
        for detail in details:
            if detail["type"] == "extra_forbidden" or not source.unread((*at, *_path(detail["loc"]))):
                faults.append(_fault(model, detail, source, at))
        left_out = [_left_out(remaining, _path(detail["loc"]), detail["type"], entry) for detail in details]
        missing = {key: value for key, value in (fallback or {}).items() if remaining.get(key) is None}
        if not all(left_out) and not missing:
            break
        remaining.update(missing)
    return None, faults


def _copied(value: Any) -> Any:
    """The same values in mappings and lists of our own, from which things can be left out."""
    if isinstance(value, dict):
        return {key: _copied(one) for key, one in value.items()}
    return [_copied(one) for one in value] if isinstance(value, list) else value


def _path(loc: Sequence[str | int]) -> KeyPath:
    return tuple(part for part in loc if part != "[key]")


def _left_out(data: Any, path: KeyPath, kind: str, entry: Callable[[KeyPath], KeyPath]) -> bool:
    """Removes the least that can go: an unknown key alone, else the entry that holds the fault."""
    keep = path
    if kind == "missing":
        keep = path[:-1]
    if kind != "extra_forbidden":
        keep = entry(keep)
    if not keep:
        return False
    holder = data
    for part in keep[:-1]:
        try:
            holder = holder[part]
        except (KeyError, IndexError, TypeError):
            return True
    if isinstance(holder, dict):
        holder.pop(keep[-1], None)
        return True
    return False


def _fault(model: type[BaseModel], detail: ErrorDetails, source: Source, at: KeyPath) -> Fault:
    inner = _path(detail["loc"])
    path = (*at, *inner)
    kind = detail["type"]
    if kind == "extra_forbidden":
        hint = nearest(str(inner[-1]), known_keys(model, inner[:-1]))
        return source.fault(path, "unknown key", hint, at_key=True)
    at_key = "[key]" in detail["loc"]
    value = "a hidden value" if source.hidden(path) else shown(detail["input"])
    return source.fault(path, _message(detail, value), at_key=at_key)


def _message(detail: ErrorDetails, value: str) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if detail["input"] is None and kind != "missing":
        value = "nothing"
    match kind:
        case "missing":
            return "is missing"
        case "value_error":
            return str(context["error"])
        case "greater_than_equal":
            return f"must be at least {context['ge']}, got {value}"
        case "less_than_equal":
            return f"must be at most {context['le']}, got {value}"
        case "bool_type":
            return f"true or false expected, got {value}"
        case "int_type":
            return f"a whole number expected, got {value}"
        case "float_type" | "finite_number":
            return f"a number expected, got {value}"
        case "list_type":
            return f"a list expected, such as [a, b], got {value}"
        case "model_type" | "dict_type":
            return f"keys with values expected, got {value}"
        case "too_short":
            return "needs at least one entry"
    return detail["msg"]


def known_keys(model: type[BaseModel], path: KeyPath) -> list[str]:
    """The keys that a mapping may have which stands at a path inside a model."""
    kind: Any = model
    for part in path:
        kind = _step(kind, part)
    kind = _bare(kind)
    if not _is_model(kind):
        return []
    return [field.alias or name for name, field in kind.model_fields.items()]


def _step(kind: Any, part: str | int) -> Any:
    kind = _bare(kind)
    if _is_model(kind):
        field = kind.model_fields.get(part)
        return field.annotation if field is not None else None
    arguments = get_args(kind)
    return arguments[-1] if arguments else None


def _bare(kind: Any) -> Any:
    """A type without its Optional and Annotated wrappings."""
    while True:
        if hasattr(kind, "__metadata__"):
            kind = kind.__origin__
            continue
        choices = [choice for choice in get_args(kind) if choice is not NoneType]
        if NoneType in get_args(kind) and len(choices) == 1:
            kind = choices[0]
            continue
        return kind


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
