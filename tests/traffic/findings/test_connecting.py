"""Connections: how many, how fast, and to whom in vain."""

from __future__ import annotations

from tests.traffic.findings.scene import INTRUDER, Scene, found


def codes(scene: Scene, **options: object) -> set[str]:
    return {one.code for one in found(scene, **options)}  # type: ignore[arg-type]


def test_a_poller_that_opens_to_many_at_once_does_not_search() -> None:
    scene = Scene()
    lines = [scene.line(server=f"10.0.1.{last}") for last in range(2, 60)]
    for _ in range(3):
        scene.at += 2
        for line in lines:
            line.read()
    assert codes(scene) == set()


def test_other_ports_are_none_of_our_business() -> None:
    scene = Scene()
    for last in range(2, 60):
        scene.line(INTRUDER, f"10.0.1.{last}", 80, opened=False).knock()
        scene.at += 0.2
    assert codes(scene) == set()
    assert codes(scene, ports=(80,)) == {"SCAN.HOSTS"}


def test_connections_that_are_closed_again_do_not_use_a_server_up() -> None:
    scene = Scene()
    for _ in range(60):
        scene.line().read().close()
        scene.at += 1
    assert codes(scene) == set()


def test_a_hundred_openings_in_ten_seconds_do() -> None:
    scene = Scene()
    for _ in range(110):
        scene.line().read().close()
    (one,) = found(scene)
    assert one.sentence.startswith("10.0.0.1 opened 1")


def test_a_refused_connection_is_not_half_open() -> None:
    scene = Scene()
    scene.line().read()
    for _ in range(60):
        scene.line(INTRUDER, opened=False).knock().refuse()
    assert codes(scene) == set()


def test_a_client_that_knocks_again_and_again_at_one_dead_host_does_not_search() -> None:
    scene = Scene()
    for _ in range(40):
        scene.line(opened=False).knock()
        scene.at += 1
    assert codes(scene) == set()
