"""Small pieces of YAML."""

from __future__ import annotations

from pathlib import Path

from port502.commission.learned.texts import comment, listed, quoted
from port502.site.document import Document


def test_lists_are_broken_into_lines_that_yaml_reads() -> None:
    text = f"a:\n  b: {listed(map(str, range(100)), 6, width=40)}\n"
    assert max(len(line) for line in text.splitlines()) <= 42
    assert Document(Path("a.yaml"), text, {}).data == {"a": {"b": list(range(100))}}
    assert listed([], 0) == "[]"


def test_any_text_can_be_quoted() -> None:
    evil = 'a"b\\c\n\u202e: #{}[] ${HOME} \x1b[31m'.replace("${HOME}", "")
    assert Document(Path("a.yaml"), f"a: {quoted(evil)}\n", {}).data == {"a": evil}


def test_a_comment_is_one_line() -> None:
    assert comment("a\n b: 1\r\u2028c") == "# a b: 1 c"
