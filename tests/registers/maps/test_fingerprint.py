"""Rules by which products are recognised."""

from __future__ import annotations

import pytest

from port502.registers.maps.fingerprint import Fc43Rule, RegisterRule, ServerIdRule, SunSpecRule, TextRule
from port502.registers.reference import Table


@pytest.mark.parametrize(
    ("rule", "text", "fits"),
    [
        (TextRule(equals="Acme"), "ACME\0\0", True),
        (TextRule(equals="Acme"), "Acme 2", False),
        (TextRule(contains="pm5"), "METSEPM5110", True),
        (TextRule(one_of=("AGC150GEN", "AGC150LDG")), "agc150ldg ", True),
        (TextRule(one_of=("AGC150GEN",)), "AGC150", False),
        (TextRule(regex="^[0-9a-f]{12}$"), "0123456789AB", True),
        (TextRule(contains="a", regex="^b"), "ab", False),
        (TextRule(), "anything", True),
    ],
)
def test_texts(rule: TextRule, text: str, fits: bool) -> None:
    assert rule.fits(text) is fits


def test_identification_objects() -> None:
    rule = Fc43Rule(((0, TextRule(equals="Schneider Electric")), (1, TextRule(contains="PM5"))))
    assert rule.fits({0: b"Schneider Electric", 1: b"METSEPM5110", 2: b"V1"})
    assert not rule.fits({0: b"Schneider Electric"})
    assert not rule.fits({0: b"Other", 1: b"PM5"})


@pytest.mark.parametrize(
    ("rule", "registers", "fits"),
    [
        (RegisterRule(Table.HOLDING, 1, values=(7, 9)), [9], True),
        (RegisterRule(Table.HOLDING, 1, values=(7, 9)), [8], False),
        (RegisterRule(Table.HOLDING, 1, "uint32", values=(0x42323320,)), [0x4232, 0x3320], True),
        (RegisterRule(Table.HOLDING, 1, "uint32", "cdab", values=(1,)), [1, 0], True),
        (
            RegisterRule(Table.HOLDING, 1, "string", length=2, text=TextRule(contains="sd")),
            [0x5344, 0x4D00],
            True,
        ),
        (RegisterRule(Table.HOLDING, 1), [0], True),
        (RegisterRule(Table.HOLDING, 1), [], False),
        (RegisterRule(Table.HOLDING, 1, "bcd16", values=(6050,)), [0x6050], True),
        (RegisterRule(Table.HOLDING, 1, "bcd16", values=(6050,)), [0xFFFF], False),
        (RegisterRule(Table.HOLDING, 1, text=TextRule(equals="1")), [1], False),
    ],
)
def test_registers(rule: RegisterRule, registers: list[int], fits: bool) -> None:
    assert rule.fits(registers) is fits


def test_sunspec_and_server_id() -> None:
    rule = SunSpecRule(models=(103,), manufacturer=TextRule(contains="fronius"))
    assert rule.fits("Fronius", "Symo", (1, 103, 120))
    assert not rule.fits("Fronius", "Symo", (1, 113))
    assert not rule.fits("SMA", "Symo", (1, 103))
    assert not SunSpecRule(model=TextRule(equals="Primo")).fits("Fronius", "Symo", ())
    assert ServerIdRule(TextRule(contains="EM24")).fits(b"\x01EM24\xff")
