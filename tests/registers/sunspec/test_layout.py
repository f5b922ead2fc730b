"""Where points lie: repeated, nested, counted, cut off."""

from __future__ import annotations

from port502.registers.reference import Table
from port502.registers.sunspec.layout import Layout, lay_out
from port502.registers.sunspec.shelf import find_model


def laid(model_id: int, length: int, **counts: int) -> Layout:
    model = find_model(model_id)
    assert model is not None
    return lay_out(model, length, counts.get)


def paths(layout: Layout) -> dict[str, int]:
    return {one.path: one.offset for one in layout.fields}


def test_a_plain_model_is_its_points_in_order() -> None:
    layout = laid(103, 50)
    assert layout.note == ""
    assert (paths(layout)["ID"], paths(layout)["A"], paths(layout)["W"]) == (0, 2, 14)
    scales = {one.path: one.scale_offset for one in layout.fields}
    assert scales["W"] == paths(layout)["W_SF"]
    assert next(one.path for one in layout.fields if one.is_value) == "A"


def test_a_group_without_count_fills_what_is_left() -> None:
    layout = laid(126, 10 + 3 * 54)
    assert [path for path in paths(layout) if path.endswith(".ActPt")] == [
        f"curve.{n}.ActPt" for n in (1, 2, 3)
    ]
    assert paths(layout)["curve.3.ActPt"] == 12 + 2 * 54


def test_a_count_is_believed_as_far_as_it_fits() -> None:
    assert "module.2.DCA" in paths(laid(160, 8 + 3 * 20, N=2))
    assert "module.3.DCA" not in paths(laid(160, 8 + 3 * 20, N=2))
    assert "20 registers at its end" in laid(160, 8 + 3 * 20, N=2).note
    assert "module.4.DCA" not in paths(laid(160, 8 + 3 * 20, N=9))
    assert "module.3.DCA" in paths(laid(160, 8 + 3 * 20))


def test_groups_nest() -> None:
    layout = laid(705, 13 + 2 * (10 + 3 * 2), NPt=3, NCrv=2)
    assert layout.note == ""
    assert paths(layout)["Crv.2.Pt.3.Var"] == 15 + 2 * 16 - 1
    trip = laid(707, 7 + 2 * (1 + 3 * (1 + 2 * 3)), NPt=2, NCrvSet=2)
    assert trip.note == ""
    assert paths(trip)["Crv.2.MomCess.Pt.2.Tms"] == 9 + 2 * 22 - 2


def test_scale_factors_are_those_of_the_groups_around() -> None:
    layout = laid(705, 13 + 16, NPt=3, NCrv=1)
    point = next(one for one in layout.fields if one.path == "Crv.1.Pt.2.V")
    assert point.scale_offset == paths(layout)["V_SF"]


def test_counts_that_are_not_said_are_none() -> None:
    layout = laid(705, 13 + 16)
    assert "Crv.1.ActPt" not in paths(layout)
    assert "16 registers at its end" in layout.note


def test_a_huge_count_ends_with_the_model() -> None:
    layout = laid(705, 13 + 16, NPt=3, NCrv=65535)
    assert "Crv.1.Pt.3.Var" in paths(layout)
    assert "Crv.2.ActPt" not in paths(layout)
    assert "too short for Crv.2.ActPt" in layout.note


def test_a_model_that_is_too_short_loses_its_end_and_one_without_pad_nothing() -> None:
    assert "too short for TmpCab" in laid(103, 31).note
    assert laid(1, 65).note == ""
    assert "DA" in paths(laid(1, 65))
    assert "4 registers at its end" in laid(103, 54).note
    assert laid(103, 0).fields[-1].path == "L"


def test_points_are_in_holding_registers_with_their_scale() -> None:
    layout = laid(103, 50)
    watts = next(one for one in layout.fields if one.path == "W")
    point = watts.point(40070, "active_power_total", "active_power")
    assert (point.table, point.address, point.type, point.unit) == (Table.HOLDING, 40084, "int16", "W")
    assert point.meaning is not None
    assert point.meaning.scale_register is not None
    assert point.meaning.scale_register.address == 40085


def test_a_fixed_scale_needs_no_register() -> None:
    place = next(one for one in laid(305, 36).fields if one.path == "Lat").point(0)
    assert place.scale == 1e-7
    assert place.meaning is not None
    assert place.meaning.scale_register is None
