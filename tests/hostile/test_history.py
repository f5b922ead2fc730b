"""Hostile inputs, row H290: a spool or history file cut, bit-flipped, on a full disk, or killed in mid-batch."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from port502.collect.sample import Sample
from port502.history import History, Spool

pytestmark = pytest.mark.slow

START = 1_760_000_000.0
BATCHES = 40
SIZE = 500
PAGE = 4096


def batch(number: int) -> list[Sample]:
    """Values that can be told from their time alone, so that a wrong one shows."""
    return [
        Sample(f"meter-{step % 20}", START + number * SIZE + step, float(number * SIZE + step) * 0.5)
        for step in range(SIZE)
    ]


def is_right(sample: Sample) -> bool:
    step = sample.time - START
    return sample.value == step * 0.5 and sample.point == f"meter-{int(step) % SIZE % 20}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "history.sqlite"
    with Spool(path, keep=None) as spool:
        for number in range(BATCHES):
            spool.append(batch(number))
    return path


def collecting_goes_on(path: Path) -> None:
    """Appends to whatever is there now and finds it again, with nothing raised and nothing lost."""
    with Spool(path, keep=None) as spool:
        spool.append(batch(1000))
        spool.append(batch(1001))
        assert spool.lost == 0
        assert spool.info().lost == 0
    found = list(History(path).query(["*"], START + 1000 * SIZE))
    assert found == batch(1000) + batch(1001)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.3, 0.5, 0.9, 0.999])
def test_h290_a_cut_file_is_set_aside_and_collecting_goes_on(path: Path, share: float) -> None:
    with path.open("r+b") as file:
        file.truncate(int(path.stat().st_size * share))
    collecting_goes_on(path)
    history = History(path)
    assert all(is_right(sample) for sample in history.query(["*"]) if sample.quality == "good")
    if share:
        (aside,) = path.parent.glob("history-damaged-*.sqlite")
        assert any(aside.name in part for part in history.info().damaged)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_h290_flipped_bits_never_give_a_wrong_good_value(path: Path, seed: int) -> None:
    chance = random.Random(seed)
    content = bytearray(path.read_bytes())
    for _ in range(chance.choice([1, 1, 3, 50])):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    collecting_goes_on(path)
    history = History(path)
    found = [sample for sample in history.query(["*"]) if sample.quality == "good"]
    assert all(is_right(sample) for sample in found)
    if len(found) < (BATCHES + 2) * SIZE:
        assert history.damaged or history.info().damaged


def test_h290_a_page_of_rubbish_costs_its_own_part_only(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(60 * PAGE)
        file.write(os.urandom(PAGE))
    collecting_goes_on(path)
    history = History(path)
    found = [sample for sample in history.query(["*"]) if sample.quality == "good"]
    assert all(is_right(sample) for sample in found)
    assert len(found) >= (BATCHES - 4) * SIZE
    assert history.damaged


def test_h290_a_file_of_something_else_is_set_aside_untouched(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    path.write_bytes(b"no database at all, but long enough to be one\n" * 500)
    collecting_goes_on(path)
    (aside,) = tmp_path.glob("history-damaged-*.sqlite")
    assert aside.read_bytes().startswith(b"no database at all")


def test_h290_damage_while_it_is_written_does_not_stop_the_writing(path: Path) -> None:
    with Spool(path, keep=None) as spool:
        spool.append(batch(BATCHES))
        with path.open("r+b") as file:
            file.seek(PAGE)
            file.write(os.urandom(path.stat().st_size - PAGE))
        for number in range(1000, 1030):
            spool.append(batch(number))
        assert spool.info().damaged
    history = History(path)
    assert all(is_right(sample) for sample in history.query(["*"]) if sample.quality == "good")
    with Spool(path, keep=None) as spool:
        spool.append(batch(2000))
        assert spool.lost == 0
    assert list(History(path).query(["*"], START + 2000 * SIZE)) == batch(2000)


def test_h290_a_damaged_schema_is_set_aside_even_where_its_text_is_no_text(path: Path) -> None:
    content = path.read_bytes()
    assert content.count(b"CREATE TABLE samples (point") == 1
    path.write_bytes(content.replace(b"CREATE TABLE samples (point", b"CREATE TABLE s\xccm\xccles )point"))
    collecting_goes_on(path)
    assert any("set aside" in part for part in History(path).info().damaged)


@pytest.mark.parametrize("table", ["points", "states", "spans", "about"])
def test_h290_flipped_bits_in_what_gives_samples_their_meaning_are_noticed(path: Path, table: str) -> None:
    """A name, a reason, an index row or the origin of all times with one bit changed, everything else intact."""
    change = {
        "points": "UPDATE points SET name = 'meter-99' WHERE name = 'meter-7'",
        "states": "UPDATE states SET quality = 'gooe'",
        "spans": "UPDATE spans SET low = low + 1048576 WHERE first = 1",
        "about": "UPDATE about SET value = value + 64 WHERE name = 'base'",
    }[table]
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(change)
    connection.close()
    history = History(path)
    found = list(history.query(["*"]))
    assert history.damaged
    assert all(is_right(sample) for sample in found if sample.quality == "good")
    collecting_goes_on(path)


WRITER = """
import sys
from pathlib import Path
from port502.history import Spool
from tests.hostile.test_history import batch
with Spool(Path(sys.argv[1]), keep=None) as spool:
    for number in range(100_000):
        spool.append(batch(number))
        sys.stdout.write(f"{number}\\n")
        sys.stdout.flush()
"""


def start(program: str, *arguments: str) -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("acknowledged", [1, 7, 60])
def test_h290_a_kill_in_mid_batch_loses_nothing_that_was_committed(tmp_path: Path, acknowledged: int) -> None:
    path = tmp_path / "history.sqlite"
    writer = start(WRITER, str(path))
    assert writer.stdout is not None
    for line in writer.stdout:
        if int(line) == acknowledged:
            break
    writer.send_signal(signal.SIGKILL)
    rest, _ = writer.communicate(timeout=30)
    last = max([acknowledged, *map(int, filter(str.isdigit, rest.splitlines()))])
    history = History(path)
    assert history.verify() == []
    found = list(history.query(["*"]))
    whole = len(found) // SIZE
    assert whole * SIZE == len(found)
    assert whole >= last + 1
    assert found == [sample for number in range(whole) for sample in batch(number)]
    with Spool(path, keep=None) as spool:  # the lock died with its holder
        spool.append(batch(200_000))
        assert spool.info().samples == len(found) + SIZE
        assert spool.info().damaged == ()


def test_a_second_process_is_refused_while_the_first_writes(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    with Spool(path, keep=None):
        second = start(WRITER, str(path))
        _, errors = second.communicate(timeout=60)
    assert second.returncode == 1
    assert f"is being written by process {os.getpid()}" in errors


FULL_DISK = """
import logging, sys
from pathlib import Path
from port502.history import History, Spool
from tests.hostile.test_history import SIZE, batch, is_right

directory = Path(sys.argv[1])
path, ballast = directory / "data" / "history.sqlite", directory / "ballast"
logging.basicConfig(format="%(levelname)s")
with Spool(path, keep=None) as spool:
    number = 0
    while not spool.lost:
        assert number < 10_000, "the disk never became full"
        spool.append(batch(number))
        number += 1
    before = spool.info().samples
    for _ in range(50):
        spool.append(batch(number))
        number += 1
    assert spool.lost >= SIZE, spool.lost
    kept = list(History(path).query(["*"]))
    assert len(kept) >= before
    assert all(map(is_right, kept))
    assert History(path).verify() == []
    ROOM
    lost = spool.lost
    for _ in range(5):
        spool.append(batch(number))
        number += 1
    assert spool.lost == lost, spool.last_error
    info = spool.info()
    assert info.lost == lost
    assert info.samples + lost == number * SIZE, (info, number)
    assert sum(gap.lost for gap in info.gaps) == lost
    assert info.damaged == ()
assert History(path).verify() == []
again = list(History(path).query(["*"]))
assert again[: len(kept)] == kept
assert again[-SIZE:] == batch(number - 1)
"""


def run(command: list[str]) -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        command,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("ERROR") <= done.stderr.count("WARNING") <= 60, done.stderr


def can_mount() -> bool:
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    trial = "mount -t tmpfs -o size=64k tmpfs /mnt"
    return (
        subprocess.run(["unshare", "-m", "sh", "-c", trial], capture_output=True, check=False).returncode == 0
    )


def test_h290_a_full_disk_costs_only_what_did_not_fit(tmp_path: Path) -> None:
    """On a file system of two megabytes that only this test's subprocess sees."""
    if not can_mount():
        pytest.skip("a small file system needs root and unshare; the limit on file size is tested instead")
    program = FULL_DISK.replace("ROOM", "ballast.unlink()")
    script = """
        mount -t tmpfs -o size=2m tmpfs "$1"
        head -c 1000000 /dev/zero > "$1/ballast"
        exec "$2" -c "$3" "$1"
    """
    run(["unshare", "-m", "sh", "-e", "-c", script, "sh", str(tmp_path), sys.executable, program])


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file size are POSIX")
def test_h290_a_limit_on_file_size_costs_only_what_did_not_fit(tmp_path: Path) -> None:
    room = "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))"
    limit = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))\n"
    run([sys.executable, "-c", limit + FULL_DISK.replace("ROOM", room), str(tmp_path)])
