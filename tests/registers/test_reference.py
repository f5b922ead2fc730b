"""References: every spelling of the grammar, and what is said about the others (H286)."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.registers.reference import Reference, Table, parse_reference

COIL, DISCRETE, INPUT, HOLDING = Table.COIL, Table.DISCRETE, Table.INPUT, Table.HOLDING


@pytest.mark.parametrize(
    ("text", "table", "address"),
    [
        ("holding:107", HOLDING, 107),
        ("input:0", INPUT, 0),
        ("coil:3", COIL, 3),
        ("discrete:3", DISCRETE, 3),
        ("h:107", HOLDING, 107),
        ("i:5", INPUT, 5),
        ("c:5", COIL, 5),
        ("d:5", DISCRETE, 5),
        ("Holding:107", HOLDING, 107),
        ("holding@107", HOLDING, 107),
        ("h@0x6B", HOLDING, 107),
        ("holding:0x6B", HOLDING, 107),
        ("holding:0XFFFF", HOLDING, 65535),
        ("holding:65535", HOLDING, 65535),
        ("40001", HOLDING, 0),
        ("40108", HOLDING, 107),
        ("49999", HOLDING, 9998),
        ("400108", HOLDING, 107),
        ("400001", HOLDING, 0),
        ("465536", HOLDING, 65535),
        ("4x00108", HOLDING, 107),
        ("4X00108", HOLDING, 107),
        ("10001", DISCRETE, 0),
        ("100001", DISCRETE, 0),
        ("1x00001", DISCRETE, 0),
        ("30011", INPUT, 10),
        ("300011", INPUT, 10),
        ("3x00011", INPUT, 10),
        ("00001", COIL, 0),
        ("09999", COIL, 9998),
        ("010000", COIL, 9999),
        ("%MW107", HOLDING, 107),
        ("%mw107", HOLDING, 107),
        ("%M3", COIL, 3),
        ("  holding:107  ", HOLDING, 107),
    ],
)
def test_one_place(text: str, table: Table, address: int) -> None:
    assert parse_reference(text) == Reference(table, address)


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("holding:107*3", Reference(HOLDING, 107, 3)),
        ("40108*3", Reference(HOLDING, 107, 3)),
        ("coil:0*16", Reference(COIL, 0, 16)),
        ("%M0*8", Reference(COIL, 0, 8)),
        ("holding:0..9", Reference(HOLDING, 0, 10)),
        ("holding:0..holding:9", Reference(HOLDING, 0, 10)),
        ("holding:0x10..0x1F", Reference(HOLDING, 16, 16)),
        ("holding:7..7", Reference(HOLDING, 7, 1)),
        ("40001..40010", Reference(HOLDING, 0, 10)),
        ("00001..00008", Reference(COIL, 0, 8)),
        ("4x00001..4x00010", Reference(HOLDING, 0, 10)),
        ("%MW0..9", Reference(HOLDING, 0, 10)),
        ("%MW0..%MW9", Reference(HOLDING, 0, 10)),
        ("holding:10/float32", Reference(HOLDING, 10, 1, "float32")),
        ("holding:10/float32:cdab", Reference(HOLDING, 10, 1, "float32", "cdab")),
        ("holding:10/FLOAT32:CDAB", Reference(HOLDING, 10, 1, "float32", "cdab")),
        ("40011/int64:dcba", Reference(HOLDING, 10, 1, "int64", "dcba")),
        ("holding:107*4/float32:cdab", Reference(HOLDING, 107, 4, "float32", "cdab")),
        ("holding:0..7/float32", Reference(HOLDING, 0, 4, "float32")),
        ("input:0/string[8]", Reference(INPUT, 0, 1, "string", "abcd", 8)),
        ("input:0*2/string[8]:badc", Reference(INPUT, 0, 2, "string", "badc", 8)),
        ("%MW9/bits", Reference(HOLDING, 9, 1, "bits")),
    ],
)
def test_counts_ranges_types_and_orders(text: str, reference: Reference) -> None:
    assert parse_reference(text) == reference


def test_four_floats_lie_in_eight_registers() -> None:
    reference = parse_reference("holding:107*4/float32:cdab")
    assert (reference.width, reference.span) == (2, 8)
    assert [str(single) for single in reference.each()] == [
        "holding:107/float32:cdab",
        "holding:109/float32:cdab",
        "holding:111/float32:cdab",
        "holding:113/float32:cdab",
    ]


@pytest.mark.parametrize(
    ("text", "singles"),
    [
        ("40001*3", ["40001", "40002", "40003"]),
        ("49999..410000", ["49999", "410000"]),
        ("4x00011*2/float32:cdab", ["40011/float32:cdab", "40013/float32:cdab"]),
        ("00001..00002", ["00001", "00002"]),
        ("h:5*2", ["holding:5", "holding:6"]),
        ("%M3*2", ["coil:3", "coil:4"]),
        ("h@5", ["h@5"]),
        ("%MW5/int16", ["%MW5/int16"]),
    ],
)
def test_single_values_keep_the_notation_of_the_whole(text: str, singles: list[str]) -> None:
    assert [single.text for single in parse_reference(text).each()] == singles


def test_the_text_is_kept_and_does_not_make_two_references_differ() -> None:
    assert parse_reference("40108").text == "40108"
    assert parse_reference("40108") == parse_reference("holding:107")
    assert hash(parse_reference("40108")) == hash(parse_reference("holding:107"))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("65536", ["65535", "holding:65535"]),
        ("-1", ["not negative", "holding:0", "40001"]),
        ("4:0", ["names no table", "holding:0"]),
        ("4:108", ["holding:108", "40108"]),
        ("0:3", ["coil:3", "00003"]),
        ("107", ["holding:107", "40107", "00107"]),
        ("1", ["holding:1", "40001", "00001"]),
        ("20001", ["names no table", "holding:20001"]),
        ("0x0001", ["coil:0", "holding:0x0001"]),
        ("0x00001", ["coil:0", "holding:0x00001"]),
        ("0x0000", ["coil:0", "holding:0x0000"]),
        ("0x6B", ["coil:0x6B", "holding:0x6B"]),
        ("holding:-1", ["not negative", "holding:0"]),
        ("coil:65536", ["0..65535", "coil:65535"]),
        ("holding:99999999999", ["decimal or hexadecimal"]),
        ("holding:", ["no address", "holding:107"]),
        ("holding:1x", ["'1x'", "holding:0x6B"]),
        ("holding:1 2", ["'1 2'"]),
        ("holding:٣", ["no address"]),
        ("holdng:3", ["did you mean holding:3?"]),
        ("register:3", ["coil, discrete, input, holding"]),
        (":3", ["names no table"]),
        ("40000", ["count from 1", "40001", "holding:0"]),
        ("400000", ["count from 1"]),
        ("00000", ["count from 1", "00001", "coil:0"]),
        ("499999", ["465536", "holding:65535"]),
        ("4x70000", ["465536"]),
        ("%MD4", ["no reference", "%MW107"]),
        ("%MW65536", ["0..65535"]),
        ("voltage", ["no reference", "holding:107", "40108"]),
        ("", ["no reference"]),
        ("holding:1.5", ["no reference", "holding:107*4/float32:cdab"]),
        ("h:1*0", ["from 1 to 65536"]),
        ("h:1*", ["from 1 to 65536"]),
        ("h:1*-2", ["from 1 to 65536"]),
        ("h:1*9999999", ["from 1 to 65536"]),
        ("h:0..3*2", ["both a range and a count"]),
        ("h:5..3", ["ends before it starts", "holding:3..5"]),
        ("h:0..coil:4", ["one table"]),
        ("40001..30002", ["one table"]),
        ("40001..10", ["names no table", "holding:10"]),
        ("h:0..8/float32", ["9 registers", "holding:0*4/float32"]),
        ("h:0/float32..8", ["no reference"]),
        ("h:0..0/float32", ["1 registers", "holding:0/float32"]),
        ("h:65535/float32", ["65536", "65535"]),
        ("h:65530*7", ["65536"]),
        ("h:1/", ["no type", "/float32:cdab"]),
        ("h:1/float33", ["did you mean float32?"]),
        ("h:1/nonsense", ["types are uint16"]),
        ("h:1/float32:cadb", ["did you mean", "orders are abcd"]),
        ("h:1/string", ["string[8]"]),
        ("h:1/string[0]", ["string[8]"]),
        ("h:1/string[]", ["no type"]),
        ("h:1/uint16[3]", ["only a string has a length"]),
        ("coil:1/uint16", ["single bit"]),
    ],
)
def test_h286_what_is_no_reference_is_refused_with_the_nearest_spelling(text: str, parts: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        parse_reference(text)
    for part in parts:
        assert part in str(caught.value)


def test_h281_a_very_long_text_is_refused_with_the_limit_and_not_repeated() -> None:
    with pytest.raises(UsageError, match="at most 200 characters, got 1000000") as caught:
        parse_reference("9" * 1_000_000)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("text", "protocol_form", "reference_form"),
    [
        ("40108", "holding:107", "40108"),
        ("holding:9998", "holding:9998", "49999"),
        ("holding:9999", "holding:9999", "410000"),
        ("holding:65535", "holding:65535", "465536"),
        ("coil:0", "coil:0", "00001"),
        ("coil:9999", "coil:9999", "010000"),
        ("discrete:0", "discrete:0", "10001"),
        ("input:10*4", "input:10", "30011"),
    ],
)
def test_both_forms_come_back(text: str, protocol_form: str, reference_form: str) -> None:
    reference = parse_reference(text)
    assert reference.protocol_form == protocol_form
    assert reference.reference_form == reference_form
    assert parse_reference(reference_form).address == reference.address


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        ("holding:40001", "the reference 40001 is holding:0"),
        ("input:30011", "the reference 30011 is input:10"),
        ("discrete:10001", "the reference 10001 is discrete:0"),
        ("holding:107", ""),
        ("40001", ""),
        ("holding:40000", ""),
        ("input:40001", ""),
    ],
)
def test_h286_an_address_that_looks_like_a_reference_gets_a_notice(text: str, notice: str) -> None:
    assert parse_reference(text).notice.endswith(notice)
    assert bool(parse_reference(text).notice) == bool(notice)


@pytest.mark.parametrize(
    ("table", "function", "is_bits"),
    [(COIL, 1, True), (DISCRETE, 2, True), (HOLDING, 3, False), (INPUT, 4, False)],
)
def test_tables_know_their_function(table: Table, function: int, is_bits: bool) -> None:
    assert table.read_function == function
    assert table.is_bits is is_bits


@pytest.mark.parametrize(
    "arguments",
    [
        (HOLDING, -1),
        (HOLDING, 65536),
        (HOLDING, 0, 0),
        (HOLDING, 0, 1, "uint17"),
        (HOLDING, 0, 1, "uint16", "abdc"),
        (COIL, 0, 1, "uint16"),
        (COIL, 0, 1, None, "dcba"),
    ],
)
def test_a_reference_built_by_hand_is_checked_too(arguments: tuple[object, ...]) -> None:
    with pytest.raises(UsageError):
        Reference(*arguments)  # type: ignore[arg-type]
