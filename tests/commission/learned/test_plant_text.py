"""Devices that replay what was seen, and their plant."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from port502.commission.learned.plant_text import device_files, plant_text
from port502.commission.learned.texts import listed
from port502.site.check import check_file
from port502.site.device_file import read_device
from port502.site.plant_file import load_plant
from tests.commission.learned.seen import lesson, polling
from tests.traffic.wire import Talk, adu, answer, ask


def written(tmp_path: Path, talks: list[Talk]) -> Path:
    found = lesson(*(record for talk in talks for record in talk.records))
    for name, text in {**device_files(found), "plant.yaml": plant_text(found)}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert check_file(tmp_path / "plant.yaml").faults == ()
    return tmp_path


def test_a_device_holds_the_first_values_and_goes_on_with_what_came(tmp_path: Path) -> None:
    folder = written(tmp_path, [polling()])
    described = read_device(folder / "devices/device-10-0-0-2.yaml", {})
    assert described.units == (1,)
    assert described.tables["holding"] == {100: [1, 2, 3, 40]}
    assert [(change.address, change.values) for change in described.course.changes] == [
        (103, (41,)),
        (103, (42,)),
        (101, (9,)),
    ]
    assert 5 < (described.course.period or 0) < 7


def test_what_never_moved_has_no_course(tmp_path: Path) -> None:
    talk = Talk(opened=True).asks(ask(1, 0, 9)).answers(answer(1, 1, *[7] * 8))
    folder = written(tmp_path, [talk])
    assert "replay" not in (folder / "devices/device-10-0-0-2.yaml").read_text()
    assert "  0: 1\n  1-8: 7\n" in (folder / "devices/device-10-0-0-2.yaml").read_text()


def test_several_units_at_one_place(tmp_path: Path) -> None:
    folder = written(tmp_path, [polling(), polling(unit=0), polling(port=1502)])
    plant = load_plant(folder / "plant.yaml", {})
    assert {place.name: sorted(place.units or {}) for place in plant.places} == {
        "at-10-0-0-2": [0, 1],
        "at-10-0-0-2-1502": [1],
    }
    assert "# 10.0.0.2:1502 answers at tcp://127.0.0.1:15021" in (folder / "plant.yaml").read_text()


def test_identity_files_and_queues(tmp_path: Path) -> None:
    evil = b'Ac"me\x1b[31m\n#: {'.hex()
    talk = Talk(opened=True)
    talk.asks(adu(1, "2b 0e 01 00")).answers(adu(1, f"2b 0e 01 01 00 00 01 00 0f {evil}"))
    talk.asks(adu(2, "14 07 06 0004 0001 0002")).answers(adu(2, "14 06 05 06 0dfe 0020"))
    talk.asks(adu(3, "18 04de")).answers(adu(3, "18 0006 0002 01b8 1284"))
    talk.asks(adu(4, "18 0001")).answers(adu(4, "18 0002 0000"))
    described = read_device(written(tmp_path, [talk]) / "devices/device-10-0-0-2.yaml", {})
    assert described.identity.vendor == 'Ac"me [31m #: {'
    assert described.files == {4: {1: [0x0DFE, 0x20]}}
    assert described.fifo == {1: [], 0x04DE: [0x01B8, 0x1284]}


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.integers(0, 300), st.sampled_from((0, 1, 7, 65535)), min_size=1, max_size=200))
def test_any_values_come_back(tmp_path_factory: object, values: dict[int, int]) -> None:
    talk = Talk(opened=True)
    for number, (address, value) in enumerate(values.items()):
        talk.asks(ask(number, address)).answers(answer(number, value))
    found = lesson(*talk.records)
    [text] = device_files(found).values()
    path = tmp_path_factory.mktemp("device") / "device.yaml"  # type: ignore[attr-defined]
    path.write_text(text)
    table = read_device(path, {}).tables["holding"]
    assert {first + step: one for first, held in table.items() for step, one in enumerate(held)} == values


def test_long_lists_are_broken() -> None:
    assert "\n" in listed(map(str, range(60)), 4)
