from __future__ import annotations

import pytest

from port502.web.pages.zoom import WHOLE, Zoom, zoom_in, zoom_of


@pytest.mark.parametrize(
    ("text", "zoom"),
    [
        ("25-50", Zoom(0.25, 0.5)), ("0-99.5", Zoom(0.0, 0.995)), ("-5-200", WHOLE), ("50-25", WHOLE), ("", WHOLE),
        ("nan-5", WHOLE), ("1e9-inf", WHOLE), ("10-10.001", WHOLE), ("a-b", WHOLE),
    ],
)  # fmt: skip
def test_what_stands_in_an_address(text: str, zoom: Zoom) -> None:
    assert zoom_in(text) == zoom
    assert zoom_in(str(zoom)) == zoom


@pytest.mark.parametrize(
    ("event", "zoom"),
    [
        ({"start": 10, "end": 20.5}, Zoom(0.1, 0.205)), ({"batch": [{"start": 30, "end": 40}]}, Zoom(0.3, 0.4)),
        ({"start": None, "end": 5}, WHOLE), ({"batch": []}, WHOLE), (None, WHOLE), ({"batch": [7]}, WHOLE),
        ({"start": float("nan"), "end": 5}, WHOLE),
    ],
)  # fmt: skip
def test_what_a_chart_tells(event: object, zoom: Zoom) -> None:
    assert zoom_of(event) == zoom


def test_the_times_of_a_part() -> None:
    assert Zoom(0.25, 0.5).times(100.0, 200.0) == (125.0, 150.0)
    assert WHOLE.is_whole
    assert not Zoom(0.0, 0.5).is_whole
