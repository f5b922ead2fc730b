"""Fingerprint rules in map files."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.registers.maps.fingerprint import (
    Fc43Rule,
    Fingerprint,
    RegisterRule,
    ServerIdRule,
    SunSpecRule,
    TextRule,
)
from port502.registers.reference import Table
from port502.site.document import Document
from port502.site.map_file import understand_map

HEAD = "map: a/b\nmanufacturer: A\ncategory: plc\nfingerprint:\n"


def rules(text: str) -> tuple[Fingerprint | None, list[str]]:
    known, faults = understand_map(Document(Path("m.yaml"), HEAD + text, {}))
    return known.fingerprint if known is not None else None, [str(fault) for fault in faults]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (
            "{kind: fc43, vendor: Schneider Electric, product_contains: PM5}",
            Fc43Rule(((0, TextRule(equals="Schneider Electric")), (1, TextRule(contains="PM5")))),
        ),
        (
            "{kind: register_string, table: holding, address: 49, length: 20, contains: PM5}",
            RegisterRule(Table.HOLDING, 49, "string", length=20, text=TextRule(contains="PM5")),
        ),
        (
            "{kind: register_string, ref: holding:770, length: 6, in: [AGC150GEN, AGC150LDG]}",
            RegisterRule(
                Table.HOLDING, 770, "string", length=6, text=TextRule(one_of=("AGC150GEN", "AGC150LDG"))
            ),
        ),
        (
            "{kind: register_in, ref: input:5001, values: [0x67, 104]}",
            RegisterRule(Table.INPUT, 5001, values=(103, 104)),
        ),
        (
            "{kind: register_equals, ref: holding:210, value: 16420}",
            RegisterRule(Table.HOLDING, 210, values=(16420,)),
        ),
        (
            "{kind: register_in, ref: holding:35168, type: uint32, values_ascii: [B23]}",
            RegisterRule(Table.HOLDING, 35168, "uint32", values=(0x42323320,)),
        ),
        ("{kind: register_known, ref: holding:5000}", RegisterRule(Table.HOLDING, 5000)),
        (
            "{kind: sunspec, vendor: Fronius, models: [103]}",
            SunSpecRule(models=(103,), manufacturer=TextRule(equals="Fronius")),
        ),
        ("{kind: server_id, contains: EM24}", ServerIdRule(TextRule(contains="EM24"))),
    ],
)
def test_rules(text: str, rule: object) -> None:
    assert rules(f"  - {text}\n") == (((rule,),), [])


def test_alternatives_and_what_must_fit_together() -> None:
    found, faults = rules(
        "  - {kind: register_equals, ref: holding:8194, value: 4660,"
        " also: [{kind: register_equals, ref: holding:8209, value: 750}]}\n"
        "  - {kind: server_id, regex: '^WAGO'}\n"
    )
    assert faults == []
    assert found is not None
    assert [len(together) for together in found] == [2, 1]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{kind: smell}", "unknown kind of rule 'smell'"),
        ("{kind: fc43}", "needs 'vendor' or 'product'"),
        ("{kind: server_id}", "needs a text"),
        ("{kind: register_in, values: [1]}", "needs a place"),
        ("{kind: register_in, ref: holding:1}", "needs values"),
        ("{kind: register_in, ref: coil:1, values: [1]}", "looks at registers"),
        (
            "{kind: register_in, ref: holding:1, type: uint16, values_ascii: [B23]}",
            "are 3 characters of ASCII",
        ),
        ("{kind: register_string, ref: holding:1, length: 2}", "needs a text"),
        ("{kind: register_string, ref: holding:1, length: 2, regex: '('}", "no regular expression"),
        ("{kind: sunspec, contains: x}", "sunspec has no 'contains'"),
        ("{kind: server_id, contains: x, marker: y}", "unknown key"),
    ],
)
def test_faults(text: str, fault: str) -> None:
    found, faults = rules(f"  - {text}\n")
    assert found is None
    assert any("fingerprint[0]" in one and fault in one for one in faults), faults
