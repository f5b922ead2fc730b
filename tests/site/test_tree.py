"""YAML text into a tree with places, within its bounds."""

from __future__ import annotations

import pytest

from port502.site import tree
from port502.site.tree import ListNode, MappingNode, Node, ScalarNode, TreeError, parse_tree

Complaints = list[tuple[int, int, str]]


def parsed(text: str) -> tuple[Node | None, Complaints]:
    complaints: Complaints = []
    root = parse_tree(text, lambda line, column, message, hint: complaints.append((line, column, message)))
    return root, complaints


def refused(text: str) -> TreeError:
    with pytest.raises(TreeError) as caught:
        parsed(text)
    return caught.value


def test_every_key_and_value_has_its_place() -> None:
    root, complaints = parsed('a: 1\nb:\n  - x\n  - {c: "y"}\n')
    assert complaints == []
    assert isinstance(root, MappingNode)
    key, value = root.entries["a"]
    assert (key.line, key.column) == (1, 1)
    assert isinstance(value, ScalarNode)
    assert (value.line, value.column, value.text, value.plain) == (1, 4, "1", True)
    items = root.entries["b"][1]
    assert isinstance(items, ListNode)
    assert (items.items[0].line, items.items[0].column) == (3, 5)
    inner = items.items[1]
    assert isinstance(inner, MappingNode)
    quoted = inner.entries["c"][1]
    assert isinstance(quoted, ScalarNode)
    assert (quoted.line, quoted.column, quoted.plain) == (4, 9, False)


def test_an_empty_text_has_no_tree() -> None:
    assert parsed("") == (None, [])
    assert parsed("# nothing\n") == (None, [])


def test_each_duplicate_key_is_a_fault_and_the_first_stays() -> None:
    root, complaints = parsed("a: 1\nb: 2\na: 3\nb: 4\n")
    assert [(line, column) for line, column, _ in complaints] == [(3, 1), (4, 1)]
    assert "stands already on line 1" in complaints[0][2]
    assert isinstance(root, MappingNode)
    first = root.entries["a"][1]
    assert isinstance(first, ScalarNode)
    assert first.text == "1"


def test_aliases_share_the_node_they_stand_for() -> None:
    root, _ = parsed("a: &one {x: 1}\nb: *one\nc: [*one]\nd: &two text\ne: *two\n")
    assert isinstance(root, MappingNode)
    entries = root.entries
    assert entries["b"][1] is entries["a"][1]
    assert isinstance(entries["c"][1], ListNode)
    assert entries["c"][1].items == [entries["a"][1]]
    assert entries["e"][1] is entries["d"][1]


def test_an_alias_of_nothing_or_of_itself_is_refused() -> None:
    assert "*nothing" in refused("a: *nothing\n").message
    assert "*loop" in refused("a: &loop [*loop]\n").message


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("a:\n\t- 1\n", 2, 1, "a tab cannot indent"),
        ("a: [1, 2\n", 2, 1, ""),
        ("a: b: c\n", 1, 5, "a colon that cannot stand here"),
        ("a: 1\nb\nc: 2\n", 3, 1, "without its colon"),
        ("a: 1\n---\nb: 2\n", 2, 1, "a second document"),
        ("[a, b]: 1\n", 1, 1, "a key must be a word"),
        ("? {a: 1}\n: 2\n", 1, 3, "a key must be a word"),
        ("a: \x00b\n", 1, 4, "U+0000"),
        ("x: 1\ny: \x07\n", 2, 4, "U+0007"),
        ("a: @b\n", 1, 4, ""),
        ("a: 'open\n", 2, 1, ""),
    ],
)
def test_what_is_no_yaml_is_refused_with_its_place(text: str, line: int, column: int, reason: str) -> None:
    error = refused(text)
    assert (error.line, error.column) == (line, column)
    assert reason in error.message


def test_a_variable_that_breaks_a_flow_mapping_is_explained() -> None:
    error = refused("a: 1\nb: {c: ${NAME}}\n")
    assert error.line == 2
    assert 'in quotes: "${NAME}"' in error.hint


def test_tags_and_merge_keys_are_faults() -> None:
    _, complaints = parsed("a: !!python/object:os.system {b: 1}\n!x c: 1\nd: {<<: {e: 1}}\n")
    assert [line for line, _, _ in complaints] == [1, 2, 3]
    assert "merge keys" in complaints[2][2]
    root, _ = parsed("a: !secret NAME\n")
    assert isinstance(root, MappingNode)
    tagged = root.entries["a"][1]
    assert isinstance(tagged, ScalarNode)
    assert tagged.tag == "!secret"


def test_depth_is_bounded_also_through_aliases() -> None:
    assert "nested deeper" in refused("[" * 1000).message
    assert "nested deeper" in refused("\n".join(" " * level + "a:" for level in range(100)) + " 1").message
    deep = "a: &a {x: {x: {x: {x: {x: {x: {x: {x: {x: 1}}}}}}}}}\n"
    chained = "".join(
        f"{chr(letter)}: &{chr(letter)} {{x: {{x: {{x: {{x: {{x: *{chr(letter - 1)}}}}}}}}}}}\n"
        for letter in range(ord("b"), ord("l"))
    )
    assert "nested deeper" in refused(deep + chained).message


def test_a_bomb_of_aliases_ends_the_reading() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 30)]
    assert "aliases counted in full" in refused("\n".join(levels)).message


def test_the_number_of_values_and_the_length_of_a_text_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MOST_VALUES", 100)
    assert "more than 100 values" in refused(f"a: [{', '.join(['1'] * 200)}]").message
    assert "a text of 5000 characters" in refused(f"a: {'x' * 5000}\n").message
