"""What a scan found."""

from __future__ import annotations

from port502.discover.candidates import Candidate
from port502.discover.found import FoundDevice, FoundUnit, Inventory, object_name, unit_of
from port502.discover.identity import Facts
from port502.discover.units import UnitClass


def test_a_unit_out_of_what_it_said() -> None:
    facts = Facts(
        objects={0: b"Acme", 1: b"B200", 2: b"1.4", 0x90: b"own"},
        functions={1: "no", 3: "yes", 4: "yes", 7: "silent"},
        answered=frozenset({4}),
    )
    good = Candidate("acme/b200", "B200", "Acme", 90, ("names itself",))
    unit = unit_of(5, UnitClass.DEVICE, "read answered", 1.2345, facts, [good])
    assert (unit.vendor, unit.product, unit.revision, unit.map) == ("Acme", "B200", "1.4", "acme/b200")
    assert (unit.functions, unit.missing, unit.readable) == ((3, 4), (1,), "input:0")
    assert unit.objects["object 0x90"] == "own"
    assert unit.response_ms == 1.23
    assert unit.title == "Acme B200"


def test_a_map_that_is_only_possible_is_not_taken() -> None:
    poor = Candidate("acme/b200", "B200", "Acme", 20)
    unit = unit_of(1, UnitClass.DEVICE, "", None, Facts(), [poor])
    assert (unit.map, unit.title, unit.response_ms) == ("", "", None)
    likely = Candidate("acme/b200", "B200", "Acme", 60)
    assert unit_of(1, UnitClass.DEVICE, "", None, Facts(), [likely]).title == "Acme B200"


def test_devices_are_what_answers_itself() -> None:
    units = (
        FoundUnit(1, UnitClass.DEVICE),
        FoundUnit(2, UnitClass.GATEWAY_SILENT),
        FoundUnit(3, UnitClass.BROKEN),
    )
    assert [one.unit for one in FoundDevice("10.0.0.1", 502, units=units).devices] == [1]


def test_urls_and_names() -> None:
    assert FoundDevice("10.0.0.1", 502).url == "tcp://10.0.0.1:502"
    assert FoundDevice("fe80::1%eth0", 802, "tls").url == "tls://[fe80::1%eth0]:802"
    assert object_name(4) == "product name"
    assert object_name(0x81) == "object 0x81"


def test_a_scan_is_complete_when_all_was_looked_at() -> None:
    assert Inventory(probed=254, of=254).is_complete
    assert not Inventory(probed=10, of=254).is_complete
