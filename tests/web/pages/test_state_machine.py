from __future__ import annotations

from xml.etree import ElementTree

from port502.collect.status import Stay
from port502.web.pages.state_machine import drawn

STAYS = (
    Stay("idle", 0.2, 1),
    Stay("connecting", 3.0, 2),
    Stay("ready", 7300.0, 2),
    Stay("backing off", 61.0, 1),
)
SVG = "{http://www.w3.org/2000/svg}"


def pictures(now: str) -> list[ElementTree.Element]:
    whole = drawn(STAYS, now).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    return list(ElementTree.fromstring(f"<div>{whole}</div>"))


def test_five_states_with_their_times_the_present_one_marked() -> None:
    for picture in pictures("ready"):
        states = {
            box.findall(f"{SVG}text")[0].text: (box.get("class"), box.findall(f"{SVG}text")[1].text)
            for box in picture.iter(f"{SVG}g")
            if "p5-state" in (box.get("class") or "")
        }
        assert states == {
            "idle": ("p5-state", "0.2 s, 1 ×"),
            "connecting": ("p5-state", "3.0 s, 2 ×"),
            "settling": ("p5-state", "never"),
            "● ready": ("p5-state is-here", "2 h, 2 ×"),
            "backing off": ("p5-state", "61 s, 1 ×"),
        }
        assert (picture.get("aria-label") or "").startswith("now ready. idle 0.2 s, 1 ×; ")


def test_only_what_is_not_well_is_coloured() -> None:
    assert "is-ill" not in drawn(STAYS, "ready")
    assert drawn(STAYS, "backing off").count("is-here is-ill") == 2
    assert "is-here" not in drawn(STAYS, "closed")


def test_nothing_stands_outside_of_the_picture() -> None:
    for picture in pictures("idle"):
        _, _, width, height = (float(part) for part in (picture.get("viewBox") or "").split())
        for rect in picture.iter(f"{SVG}rect"):
            x, y, wide, high = (float(rect.get(name) or 0) for name in ("x", "y", "width", "height"))
            assert x >= 0
            assert y >= 0
            assert x + wide <= width
            assert y + high <= height
