"""Effects as they stand in a plant file."""

from __future__ import annotations

from typing import Any

import pytest

from port502.simulate import effects
from port502.site.plant_effects import WORDS, EffectKind, effect_word


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("silent", effects.Silent()),
        ({"delay": "200ms..2s"}, effects.Delay(0.2, 2.0)),
        ({"delay": "50ms"}, effects.Delay(0.05, 0.05)),
        ({"delay": {"typical": "50ms", "worst": "2s"}}, effects.Delay(0.0, 2.0, 0.05)),
        ({"exception": 6}, effects.Refuse(6)),
        ("wrong_id", effects.WrongId()),
        ({"wrong_id": 7}, effects.WrongId(7)),
        ({"wrong_unit": 9}, effects.WrongUnit(9)),
        ({"wrong_length": -1}, effects.WrongLength(-1)),
        ({"truncated": 8}, effects.Truncated(8)),
        ({"split": 5}, effects.Split(5)),
        ({"split": {"at": 5, "gap": "1s"}}, effects.Split(5, 1.0)),
        ({"drip": "5ms"}, effects.Drip(0.005)),
        ({"registers": 0x8000}, effects.Stuck(0x8000)),
        ({"connection_limit": 1}, effects.ConnectionLimit(1)),
        ({"connection_limit": {"connections": 2, "over": "evict"}}, effects.ConnectionLimit(2, "evict")),
        ({"idle_close": "10s"}, effects.IdleClose(10.0)),
        ({"slow_start": "3s"}, effects.SlowStart(3.0)),
        ("close_behind", effects.CloseInstead(behind=True)),
    ],
    ids=str,
)
def test_words_and_values(written: Any, meant: effects.Effect) -> None:
    assert EffectKind().check(written) == meant


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("sillent", "did you mean 'silent'"),
        ("delay", "needs a value"),
        ({"silent": 3}, "stands alone"),
        ({"exception": 600}, "from 1 to 255"),
        ({"exception": True}, "whole number"),
        ({"delay": "2s..1s"}, "goes from 0"),
        ({"delay": 5}, "unit"),
        ({"delay": {"typical": "1s"}}, "needs both"),
        ({"delay": {"typical": "1s", "worts": "2s"}}, "did you mean 'worst'"),
        ({"connection_limit": {"connections": 1, "over": "laugh"}}, "refuse, evict, silent"),
        ({"a": 1, "b": 2}, "an effect such as"),
        (7, "an effect such as"),
    ],
    ids=str,
)
def test_what_is_no_effect_is_said(written: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        EffectKind().check(written)


def test_every_effect_has_its_word_again() -> None:
    for name, word in WORDS.items():
        if word.alone is not None:
            assert effect_word(word.alone) == name
    assert effect_word(effects.Refuse(6)) == "exception"
    assert effect_word(effects.WrongUnit(3)) == "wrong_unit"
    assert effect_word(effects.Delay(0, 1)) == "delay"


def test_the_schema_names_them_all() -> None:
    alone, valued = EffectKind().schema()["anyOf"]
    assert set(alone["enum"]) | set(valued["properties"]) == set(WORDS)
