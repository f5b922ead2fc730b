"""Files of the wrong kind are told by their name and sent where they belong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run

pytestmark = pytest.mark.slow

FILES = {
    "site": "site: a\nconnections: {plc: {url: 'tcp://127.0.0.1:502'}}\ndevices: {}\n",
    "device": "device: a\nholding: {0: [1]}\n",
    "map": "map: mine/meter\nmaker: Me\nmodel: Meter\npoints: {speed: {ref: 40001}}\n",
    "plant": "plant: a\ndevices: {m: {map: eastron/sdm630, listen: 'tcp://127.0.0.1:0'}}\n",
    "policy": "default: deny\nrules: []\n",
}
TAKEN_BY = {
    "site": "port502 run site.yaml",
    "device": "port502 serve device.yaml",
    "map": "port502 serve map.yaml",
    "plant": "port502 simulate plant.yaml",
    "policy": "port502 guard --policy policy.yaml",
}
WANTED = {
    "run": ("site",),
    "status": ("site",),
    "serve": ("device", "map"),
    "simulate": ("plant",),
    "firewall": ("site",),
    "guard lock": ("site",),
    "guard unlock": ("site",),
    "history info --site": ("site",),
    "read @m speed --site": ("site",),
    "share @m --listen tcp://127.0.0.1:0 --site": ("site",),
    "guard --listen tcp://127.0.0.1:0 --upstream tcp://127.0.0.1:1 --policy": ("policy",),
    "guard explain 6 1 1 --policy": ("policy",),
    "guard diff policy.yaml": ("policy",),
}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for kind, text in FILES.items():
        (tmp_path / f"{kind}.yaml").write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("command", "given"),
    [(command, given) for command, wanted in WANTED.items() for given in FILES if given not in wanted],
)
def test_another_kind_of_file_is_named_with_its_command(
    run: Run, files: Path, command: str, given: str
) -> None:
    wanted = WANTED[command]
    done = run(*command.split(), f"{given}.yaml")
    assert done.code == 2
    assert done.err == (
        f"port502: {given}.yaml is a {given} file, but this takes a {' or '.join(wanted)} file;"
        f" `{TAKEN_BY[given]}` takes it\n"
    )


@pytest.mark.parametrize(
    ("command", "text", "told"),
    [
        ("run", "site: a\nconections: {}\n", "did you mean 'connections'?"),
        ("serve", "device: a\nholdings: {0: 1}\n", "did you mean 'holding'?"),
        ("simulate", "plant: a\ndevice: {}\n", "did you mean 'devices'?"),
        ("run", "site: a\nconnections: {}\ndevice: {}\n", "did you mean 'devices'?"),
        ("run", "colour: red\n", "site: is missing"),
        ("run", "site: [", "faulty.yaml:1"),
        ("serve", "- 1\n", "faulty.yaml"),
    ],
)
def test_a_faulty_file_of_the_right_kind_or_of_none_keeps_its_faults(
    run: Run, tmp_path: Path, command: str, text: str, told: str
) -> None:
    (tmp_path / "faulty.yaml").write_text(text)
    done = run(command, "faulty.yaml")
    assert done.code == 2
    assert told in done.err
