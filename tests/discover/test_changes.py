"""What has changed since the last scan."""

from __future__ import annotations

from port502.discover.changes import ChangeKind, Known, compare, differences, known_of, was_asked
from port502.discover.found import FoundDevice, FoundUnit, Inventory
from port502.discover.units import UnitClass


def known(address: str, unit: int = 1, **facts: str) -> Known:
    return Known(address, 502, unit, facts)


def kinds(changes: list) -> list[tuple[str, str]]:  # type: ignore[type-arg]
    return [(str(one.kind), one.unit.address) for one in changes]


def test_new_gone_and_changed() -> None:
    before = [known("10.0.0.1", revision="1.0"), known("10.0.0.2"), known("10.0.0.10", mac="aa")]
    after = [known("10.0.0.1", revision="1.1"), known("10.0.0.3"), known("10.0.0.10", mac="AA")]
    changes = compare(before, after)
    assert kinds(changes) == [("changed", "10.0.0.1"), ("gone", "10.0.0.2"), ("new", "10.0.0.3")]
    assert changes[0].what == (("revision", "1.0", "1.1"),)


def test_what_was_not_looked_at_is_not_gone() -> None:
    assert compare([known("10.0.0.2")], [], lambda place: False) == []


def test_who_has_the_same_interface_elsewhere_has_moved() -> None:
    (change,) = compare(
        [known("10.0.0.2", mac="00:80:f4:00:00:01")], [known("10.0.0.9", mac="00:80:F4:00:00:01")]
    )
    assert change.kind is ChangeKind.MOVED
    assert change.unit.address == "10.0.0.9"
    assert change.what == (("address", "10.0.0.2:502", "10.0.0.9:502"),)


def test_units_of_one_gateway_are_not_confused() -> None:
    before = [known("10.0.0.2", unit, mac="aa") for unit in (1, 2)]
    after = [known("10.0.0.3", unit, mac="aa") for unit in (2, 1)]
    assert [(one.kind, one.unit.unit) for one in compare(before, after)] == [
        (ChangeKind.MOVED, 1),
        (ChangeKind.MOVED, 2),
    ]


def test_only_what_both_say_can_differ_and_makers_are_written_in_many_ways() -> None:
    assert differences({"map": "a/b", "maker": "Siemens AG"}, {"revision": "2", "maker": "SIEMENS"}) == []
    assert differences({"vendor": "Siemens"}, {"vendor": "Schneider"}) == [("vendor", "Siemens", "Schneider")]


def test_units_that_answer_are_known_and_those_not_asked_are_not_gone() -> None:
    units = (FoundUnit(1, UnitClass.DEVICE, vendor="Acme"), FoundUnit(2, UnitClass.GATEWAY_SILENT))
    inventory = Inventory((FoundDevice("10.0.0.1", 502, units=units, silent=(3,)),))
    (one,) = known_of(inventory)
    assert (one.place, one.facts["vendor"], one.title) == (("10.0.0.1", 502, 1), "Acme", "Acme")
    asked = was_asked(inventory)
    assert [asked(("10.0.0.1", 502, unit)) for unit in (1, 2, 3, 4)] == [True, True, True, False]
    assert asked(("10.0.0.9", 502, 1))
