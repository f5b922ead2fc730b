import pytest

from port502.collect.sample import BAD, GOOD, UNCERTAIN, Sample
from port502.web.pages.curves import TONES, chart, curve_of, joined
from port502.web.pages.zoom import Zoom


def test_values_by_milliseconds_with_gaps_where_nothing_came_or_nothing_is_known() -> None:
    samples = [
        Sample("a.b", 1.0, 10),
        Sample("a.b", 2.0, 11.5),
        Sample("a.b", 3.0, None, BAD, "no answer"),
        Sample("a.b", 4.0, True),
        Sample("a.b", 20.0, 12),
    ]
    curve = curve_of("a.b", "W", "#000", samples, 1.0)
    assert curve.values == [
        [1000.0, 10.0],
        [2000.0, 11.5],
        [3000.0, None],
        [4000.0, 1.0],
        [4001.0, None],
        [20000.0, 12.0],
    ]
    assert curve.spans == [
        (1000.0, 3000.0, GOOD, ""),
        (3000.0, 4000.0, BAD, "no answer"),
        (4000.0, 5000.0, GOOD, ""),
        (20000.0, 21000.0, GOOD, ""),
    ]


def test_a_text_is_no_curve() -> None:
    assert curve_of("a.b", "", "#000", [Sample("a.b", 1.0, "auto")], 1.0).values == [[1000.0, None]]


def test_each_unit_has_an_axis_and_each_point_a_strip_for_its_quality() -> None:
    curves = [
        curve_of("a.power", "W", "#111", [Sample("a.power", 1.0, 5, UNCERTAIN, "stale")], 1.0),
        curve_of("b.power", "W", "#222", [Sample("b.power", 1.0, 5)], 1.0),
        curve_of("a.volt", "V", "#333", [], 1.0),
    ]
    options = chart(curves, 0.0, 10.0)
    assert [axis.get("name") for axis in options["yAxis"]] == ["W", "V", "quality"]
    assert [one["yAxisIndex"] for one in options["series"]] == [0, 0, 1, 2, 2, 2]
    begin, end = options["series"][3]["markLine"]["data"][0]
    assert begin["lineStyle"]["color"] == TONES[UNCERTAIN]
    assert (begin["xAxis"], end["xAxis"], end["yAxis"]) == (1000.0, 2000.0, 0)
    assert options["xAxis"][0]["max"] == 10_000.0
    assert chart([], 0.0, 1.0)["series"] == []


def test_a_part_that_is_known_better_stands_among_the_rest() -> None:
    coarse = curve_of("a.b", "W", "#111", [Sample("a.b", 0.0, 1), Sample("a.b", 100.0, 2)], 100.0)
    fine = curve_of(
        "a.b", "W", "#111", [Sample("a.b", 200.0, 3), Sample("a.b", 201.0, None, BAD, "gone")], 1.0
    )
    found = joined(coarse, fine)
    assert (found.name, found.unit, found.colour) == ("a.b", "W", "#111")
    assert [value for _, value in found.values] == [1, 2, 3, None]
    assert [quality for _, _, quality, _ in found.spans] == [GOOD, GOOD, BAD]


def test_a_line_stands_at_a_moment() -> None:
    curves = [curve_of("a.b", "W", "#111", [Sample("a.b", 1.0, 5)], 1.0)]
    (line, _) = chart(curves, 0.0, 10.0, moment=5.0)["series"]
    assert line["markLine"]["data"] == [{"xAxis": 5000.0}]
    assert chart(curves, 0.0, 10.0)["series"][0]["markLine"]["data"] == []


def test_a_chart_is_zoomed_only_when_asked_to() -> None:
    zoom = Zoom(0.25, 0.5)
    assert all("start" not in one for one in chart([], 0.0, 1.0, zoom)["dataZoom"])
    shown = chart([], 0.0, 1.0, zoom, zoomed=True)["dataZoom"]
    assert {(one["start"], one["end"]) for one in shown} == {(25, 50)}


def test_qualities_are_cut_to_what_is_in_sight() -> None:
    samples = [Sample("a.b", float(time), 5, GOOD if time < 60 else BAD) for time in range(0, 100, 2)]
    curve = curve_of("a.b", "W", "#111", samples, 2.0)

    def spans(zoom: Zoom) -> list[tuple[float, float]]:
        parts = chart([curve], 10.0, 90.0, zoom)["series"][1]["markLine"]["data"]
        return [(begin["xAxis"], end["xAxis"]) for begin, end in parts]

    assert spans(Zoom()) == [(10_000, 60_000), (60_000, 90_000)]
    assert spans(Zoom(0.75, 1.0)) == [(70_000, 90_000)]
    assert spans(Zoom(0.0, 0.25)) == [(10_000, 30_000)]


@pytest.mark.parametrize(("units", "left", "right"), [(0, 55, 24), (1, 55, 24), (2, 55, 55), (3, 110, 55)])
def test_each_axis_has_room_for_its_numbers(units: int, left: int, right: int) -> None:
    curves = [
        curve_of(f"a.p{n}", f"unit {n}", "#111", [Sample(f"a.p{n}", 1.0, 5)], 1.0) for n in range(units)
    ]
    options = chart(curves, 0.0, 10.0)
    assert {(grid["left"], grid["right"]) for grid in options["grid"]} == {(left, right)}
    assert all(grid["outerBoundsMode"] == "none" for grid in options["grid"]), (
        "curves and qualities share a time"
    )
    offsets = [axis["offset"] for axis in options["yAxis"][:-1]]
    assert all(offset < (right if place % 2 else left) for place, offset in enumerate(offsets[:units]))
