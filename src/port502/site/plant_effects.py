"""The effects of faults as they stand in a plant file: a word, or one key with what belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic.json_schema import JsonSchemaValue

from port502.errors import UsageError
from port502.simulate import effects
from port502.simulate.effects import OVER, Effect
from port502.site.durations import DURATION_PATTERN, parse_duration
from port502.site.faults import nearest
from port502.site.kinds import Kind
from port502.site.scalars import shown


@dataclass(frozen=True, slots=True)
class Word:
    """An effect's word: what it is ``alone`` (None: it needs a value), and what it is with a value."""

    alone: Effect | None
    of: Callable[[Any], Effect] | None = None


def _whole(value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"a whole number from {low} to {high} expected, got {shown(value)}")
    return int(value)


def _keys(value: dict[str, Any], *known: str) -> None:
    for key in value:
        if key not in known:
            raise ValueError(
                f"unknown key {shown(key)}; {nearest(key, known) or 'known: ' + ', '.join(known)}"
            )


def _delay(value: Any) -> Effect:
    if isinstance(value, dict):
        _keys(value, "typical", "worst")
        if len(value) < 2:
            raise ValueError("a delay with a tail needs both, such as {typical: 50ms, worst: 2s}")
        return effects.Delay(0.0, parse_duration(value["worst"]), parse_duration(value["typical"]))
    low, dots, high = str(value).partition("..")
    if not dots:
        return effects.Delay(parse_duration(value), parse_duration(value))
    return effects.Delay(parse_duration(low), parse_duration(high))


def _split(value: Any) -> Effect:
    if not isinstance(value, dict):
        return effects.Split(_whole(value, 1, 259))
    _keys(value, "at", "gap")
    return effects.Split(_whole(value.get("at"), 1, 259), parse_duration(value.get("gap", "20ms")))


def _limit(value: Any) -> Effect:
    if not isinstance(value, dict):
        return effects.ConnectionLimit(_whole(value, 0, 1000))
    _keys(value, "connections", "over")
    over = value.get("over", OVER[0])
    if over not in OVER:
        raise ValueError(f"{', '.join(OVER)} expected for 'over', got {shown(over)}")
    return effects.ConnectionLimit(_whole(value.get("connections"), 0, 1000), over)


WORDS: dict[str, Word] = {
    "delay": Word(None, _delay),
    "silent": Word(effects.Silent()),
    "exception": Word(None, lambda value: effects.Refuse(_whole(value, 1, 255))),
    "short": Word(effects.Short(), lambda value: effects.Short(_whole(value, 1, 125))),
    "registers": Word(None, lambda value: effects.Stuck(_whole(value, 0, 0xFFFF))),
    "stale": Word(effects.Stale()),
    "wrong_id": Word(effects.WrongId(), lambda value: effects.WrongId(_whole(value, -65535, 65535))),
    "zero_id": Word(effects.ZeroId()),
    "previous_id": Word(effects.PreviousId()),
    "wrong_unit": Word(effects.WrongUnit(), lambda value: effects.WrongUnit(_whole(value, 0, 255))),
    "wrong_length": Word(
        effects.WrongLength(), lambda value: effects.WrongLength(_whole(value, -65535, 65535))
    ),
    "crc_tail": Word(effects.CrcTail(counted=True)),
    "truncated": Word(effects.Truncated(), lambda value: effects.Truncated(_whole(value, 0, 259))),
    "split": Word(None, _split),
    "drip": Word(effects.Drip(), lambda value: effects.Drip(parse_duration(value))),
    "glued": Word(effects.Glued()),
    "garbage": Word(effects.Garbage(), lambda value: effects.Garbage(_whole(value, 1, 4096))),
    "reset": Word(effects.ResetInstead()),
    "close": Word(effects.CloseInstead()),
    "close_behind": Word(effects.CloseInstead(behind=True)),
    "accept_close": Word(effects.AcceptClose()),
    "connection_limit": Word(None, _limit),
    "idle_close": Word(None, lambda value: effects.IdleClose(parse_duration(value))),
    "slow_start": Word(None, lambda value: effects.SlowStart(parse_duration(value))),
    "any_unit": Word(effects.AnyUnit()),
}
"""Every effect by its word."""


@dataclass(frozen=True)
class EffectKind(Kind):
    """``silent``, ``{exception: 6}``, ``{delay: 200ms..2s}`` and so on."""

    def check(self, value: Any) -> Effect:
        if isinstance(value, dict) and len(value) == 1:
            (name, given), alone = next(iter(value.items())), False
        else:
            name, given, alone = value, None, True
        if not isinstance(name, str):
            raise ValueError(f"an effect such as silent or {{exception: 6}} expected, got {shown(value)}")
        if name not in WORDS:
            raise ValueError(f"unknown effect {shown(name)}; {nearest(name, WORDS) or ', '.join(WORDS)}")
        word = WORDS[name]
        if alone and word.alone is not None:
            return word.alone
        if alone or word.of is None:
            what = "stands alone" if word.of is None else f"needs a value, such as {_EXAMPLES[name]}"
            raise ValueError(f"the effect {name} {what}")
        try:
            return word.of(given)
        except (ValueError, UsageError) as error:
            raise ValueError(f"{name}: {error}") from None

    def schema(self) -> JsonSchemaValue:
        duration = {"type": "string", "pattern": DURATION_PATTERN}
        valued = {
            name: ({} if name not in ("idle_close", "slow_start") else duration)
            for name in WORDS
            if WORDS[name].of
        }
        alone = sorted(name for name, word in WORDS.items() if word.alone is not None)
        one_key = {
            "type": "object",
            "properties": valued,
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        }
        return {"anyOf": [{"enum": alone}, one_key], "examples": ["silent", *_EXAMPLES.values()]}


_EXAMPLES = {
    "delay": "{delay: 200ms..2s}",
    "exception": "{exception: 6}",
    "registers": "{registers: 0x8000}",
    "split": "{split: 5}",
    "connection_limit": "{connection_limit: {connections: 1, over: refuse}}",
    "idle_close": "{idle_close: 10s}",
    "slow_start": "{slow_start: 3s}",
}

Effects = Annotated[Effect, EffectKind()]


def effect_word(effect: Effect) -> str:
    """The word of an effect, for its counter."""
    for name, word in WORDS.items():
        if word.alone == effect:
            return name
    kinds = {type(word.alone): name for name, word in WORDS.items() if word.alone is not None}
    others = {
        effects.Delay: "delay",
        effects.Refuse: "exception",
        effects.Stuck: "registers",
        effects.Split: "split",
        effects.ConnectionLimit: "connection_limit",
        effects.IdleClose: "idle_close",
        effects.SlowStart: "slow_start",
    }
    return (kinds | others)[type(effect)]
