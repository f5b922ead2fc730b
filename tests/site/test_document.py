"""Documents: plain values, the place of each, and what reading them can say."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.site import document as module
from port502.site.document import Document, read_document
from port502.site.faults import SiteFileError

TEXT = """\
site: hall
numbers: [1, 0x10, 00001, 1.5, "1", true, no, ~]
devices:
  pump-1:
    points: {speed: {ref: 40001, typ: uint16}}
"""


def document(
    text: str, path: Path = Path("site.yaml"), environment: dict[str, str] | None = None
) -> Document:
    return Document(path, text, environment or {})


def test_values_are_plain_and_keys_are_text() -> None:
    data = document(TEXT + "0x10: a\n100-199: b\nyes: c\n").data
    assert data["numbers"] == [1, 16, 1, 1.5, "1", True, "no", None]
    assert list(data)[-3:] == ["0x10", "100-199", "yes"]


@pytest.mark.parametrize(
    ("path", "at_key", "place"),
    [
        (("site",), False, (1, 7)),
        (("site",), True, (1, 1)),
        (("numbers", 1), False, (2, 14)),
        (("devices", "pump-1", "points", "speed", "typ"), True, (5, 34)),
        (("devices", "pump-1", "points", "speed", "typ"), False, (5, 39)),
        (("devices", "pump-1"), False, (4, 3)),
        (("devices", "pump-1", "connection"), False, (4, 3)),
        (("nowhere", "at", "all"), False, (1, 1)),
        ((), False, (1, 1)),
    ],
)
def test_the_place_of_a_path(path: tuple[str | int, ...], at_key: bool, place: tuple[int, int]) -> None:
    assert document(TEXT).place(path, at_key=at_key) == place


def test_a_fault_has_file_place_and_path() -> None:
    fault = document(TEXT).fault(("numbers", 2), "is odd", "change it")
    assert str(fault) == "site.yaml:2:20 numbers[2]: is odd; change it"


def test_what_is_no_yaml_is_one_fault_and_not_readable() -> None:
    broken = document("a: [1\n")
    assert not broken.readable
    assert len(broken.faults) == 1
    assert document("").data is None


def test_scalars_that_cannot_be_are_faults_with_their_path() -> None:
    found = document("a: {b: 1e400}\nc: !int 5\nd: ${MISSING}\ne: !secret gone\n").faults
    assert [(fault.line, fault.key_path) for fault in found] == [(1, "a.b"), (2, "c"), (3, "d"), (4, "e")]
    assert "larger than a number" in found[0].message
    broken = document("a: {b: 1e400}\n")
    assert repr(broken.data) == "{'a': {'b': a value that could not be read}}"
    assert broken.unread(("a", "b"))
    assert broken.unread(("a",))
    assert not broken.unread(("b",))
    assert "the only tag is !secret NAME" in found[1].message


def test_variables_are_values_of_their_kind_unless_quoted() -> None:
    read = document('a: ${N}\nb: "${N}"\nc: u${N}\n', environment={"N": "7"})
    assert read.data == {"a": 7, "b": "7", "c": "u7"}
    assert read.hidden(("a",))
    assert read.hidden(("b",))
    assert not document("a: 7").hidden(("a",))
    assert not read.hidden(("nowhere",))


def test_secrets_stay_out_of_every_message(tmp_path: Path) -> None:
    (tmp_path / "secrets.yaml").write_text("password: hunter2\n")
    (tmp_path / "secrets.yaml").chmod(0o600)
    read = document("a: [!secret password]\n", tmp_path / "site.yaml")
    assert read.data == {"a": ["hunter2"]}
    assert "hunter2" not in repr(read.data)
    assert read.hidden(("a", 0))
    fault = read.fault(("a", 0), "cannot use 'hunter2'", "hunter2 is short")
    assert "hunter2" not in str(fault)


def test_a_short_secret_is_blotted_out_where_it_stands() -> None:
    read = document('a: "${PIN}"\nb: 7\n', environment={"PIN": "7q"})
    assert "7q" not in str(read.fault(("a",), "cannot use '7q'"))
    assert "7q" in str(read.fault(("b",), "cannot use '7q'"))


def test_a_faulty_secrets_file_is_reported_once_and_by_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "secrets.yaml").write_text("a: x\nb: y\n")
    (tmp_path / "secrets.yaml").chmod(0o644)
    found = document("a: !secret a\nb: !secret b\n", tmp_path / "site.yaml").faults
    assert [Path(fault.file).name for fault in found] == ["secrets.yaml", "site.yaml"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a: \xff\n", ":1:1 is not UTF-8"),
        (b"# 1\n# 2\na: \xc3\x28", ":3:1 is not UTF-8"),
        (b"#" * 5000, "larger than"),
    ],
)
def test_files_that_are_no_text_or_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, reason: str
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 4096)
    path = tmp_path / "site.yaml"
    path.write_bytes(content)
    with pytest.raises(SiteFileError, match=reason):
        read_document(path)


def test_a_file_that_is_not_there_or_is_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path, Path("a\0b")):
        with pytest.raises(SiteFileError):
            read_document(path)


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_bytes(b"\xef\xbb\xbfsite: hall\n")
    assert read_document(path).data == {"site": "hall"}
