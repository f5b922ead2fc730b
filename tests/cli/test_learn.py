"""Learning from captures on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.commission.learned.seen import polling
from tests.traffic.files import write
from tests.traffic.tls.talk import TlsTalk
from tests.traffic.wire import Talk, answer, ask, captures

pytestmark = pytest.mark.slow


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    return write(tmp_path / "plant.pcap", polling().records)


def test_everything_is_made_and_told(run: Run, capture: Path) -> None:
    done = run("learn", capture, "--out", "learned")
    assert done.code == 0
    lines = [line.split() for line in done.out.splitlines() if line]
    assert lines[2] == [
        *["10.0.0.1", "(controller)", "10.0.0.2:502", "1", "holding:100*4", "1s"],
        *["write", "single", "register"],
    ]
    assert ["10.0.0.1", "(controller)", "10.0.0.2:502", "1", "6", "holding:101", "1", "9"] in lines
    assert "10.0.0.2:502 unit 1 refused all reads of 1 range" in done.out
    assert "learned/plant.yaml  replays the values, at tcp://127.0.0.1:15020: port502 simulate" in done.out
    for name in ("site", "site-replay", "plant", "policy", "devices/device-10-0-0-2"):
        assert run("check", f"learned/{name}.yaml").code == 0


def test_the_inventory_as_json(run: Run, capture: Path) -> None:
    done = run("learn", capture, "--out", "learned", "--json", "--replay-at", "127.0.9.1")
    assert done.json["servers"][0]["replayed_at"] == "tcp://127.0.9.1:15020"
    assert done.json["written"][0]["place"] == "holding:101"
    assert "learned" in done.json["out"]
    assert "policy.yaml" in done.json["files"]


def test_quietly(run: Run, capture: Path) -> None:
    done = run("learn", capture, "--out", "learned", "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert Path("learned/site.yaml").exists()


def test_files_are_not_overwritten(run: Run, capture: Path) -> None:
    assert run("learn", capture, "--out", "learned").code == 0
    Path("learned/site.yaml").write_text("mine")
    done = run("learn", capture, "--out", "learned")
    assert done.code == 2
    assert "--force" in done.err
    assert Path("learned/site.yaml").read_text() == "mine"
    assert run("learn", capture, "--out", "learned", "--force").code == 0
    assert Path("learned/site.yaml").read_text() != "mine"


def test_another_port_and_a_filter(run: Run, tmp_path: Path) -> None:
    other = write(
        tmp_path / "other.pcap", Talk(port=7777, opened=True).asks(b"GET / HTTP/1.1\r\n\r\n").records
    )
    done = run("learn", other, "--out", "learned")
    assert done.code == 2
    assert "--port" in done.err
    done = run("learn", other, "--out", "learned", "--port", "7777")
    assert done.code == 2
    assert "--port" not in done.err
    assert not Path("learned").exists()
    both = write(tmp_path / "both.pcap", [*polling().records, *polling(port=1502).records])
    done = run("learn", both, "--out", "one", "--port", 1502, "--filter", "tcp.port == 1502", "--json")
    assert [server["port"] for server in done.json["servers"]] == [1502]


@pytest.mark.parametrize(
    "place", ["192.168.1.10:1502", "tls://127.0.0.1:1502", "127.0.0.1:0", "0.0.0.0:1502"]
)
def test_replays_listen_on_this_machine_alone(run: Run, capture: Path, place: str) -> None:
    done = run("learn", capture, "--out", "learned", "--replay-at", place)
    assert done.code == 2
    assert "--replay-at" in done.err


def test_what_is_no_capture(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.pcap").write_text("hello")
    assert run("learn", "a.pcap", "--out", "learned").code == 2
    assert run("learn", "none.pcap", "--out", "learned").code == 2
    assert run("learn", "-", "-", "--out", "learned").code == 2
    assert not Path("learned").exists()


def test_a_damaged_capture_gives_what_can_be_read(run: Run, capture: Path) -> None:
    capture.write_bytes(capture.read_bytes()[:-9])
    done = run("learn", capture, "--out", "learned")
    assert done.code == 0
    assert "plant.pcap" in done.err


@pytest.mark.slow
def test_public_captures(run: Run) -> None:
    for path in sorted(captures().glob("*.pcap")):
        done = run("learn", path, "--out", path.stem, "--quiet")
        assert done.code == 0, (path, done.err)
        for made in sorted(Path(path.stem).rglob("*.yaml")):
            assert run("check", made, "--quiet").code == 0, made


def test_tls_is_learned_with_its_key_log_and_left_to_its_owner(run: Run, tmp_path: Path) -> None:
    talk = TlsTalk(tmp_path).asks(ask(1)).answers(answer(1, 5))
    path = write(tmp_path / "a.pcap", talk.talk.records)
    done = run("learn", path, "--out", "learned", "--keys", talk.keys)
    assert done.code == 0
    assert "speaks TLS: site.yaml leaves it out" in done.out
    assert "connections: {}" in Path("learned/site.yaml").read_text()
    assert "is left out: it speaks TLS" in Path("learned/site.yaml").read_text()
    assert 'url: "tcp://127.0.0.1:15020"' in Path("learned/site-replay.yaml").read_text()
    for name in ("site", "site-replay", "plant", "policy"):
        assert run("check", f"learned/{name}.yaml").code == 0
    closed = run("learn", path, "--out", "closed")
    assert closed.code == 2
    assert "TLS" in closed.err


def test_ctrl_c_leaves_nothing(run: Run, capture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("port502.cli.learn.files_of", interrupted)
    before = set(Path().iterdir())
    assert run("learn", capture, "--out", "learned").code == 130
    assert set(Path().iterdir()) == before
