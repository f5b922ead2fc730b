"""Checks of what a site needs around it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from port502.commission.audit import keeping
from port502.commission.audit.outcome import Outcome
from tests.commission.audit.sites import MACHINE, facts, seen, texts

SITE = (
    "connections: {c: {url: 'tcp://192.168.5.10'}}\n"
    "devices: {d: {connection: c, unit: 1, points: {a: {ref: 40001, interval: 1s}}}}\n"
)
DAILY = 25 * 86400


@pytest.mark.parametrize(
    ("free", "outcome"),
    [
        (100 * DAILY, Outcome.PASS),
        (8 * DAILY, Outcome.WARN),
        (6 * DAILY, Outcome.FAIL),
        (None, Outcome.NOT_TESTABLE),
    ],
)
def test_the_disk_holds_a_week(tmp_path: Path, free: int | None, outcome: Outcome) -> None:
    host = replace(MACHINE, free=lambda _: free)
    (one,) = seen(keeping.disk, facts(tmp_path, f"{SITE}history: {{path: data, keep: 7d}}\n", host=host))
    assert one.outcome is outcome, one.text
    assert "1 samples/s are at most 2.06 MiB a day, 14.4 MiB in all" in one.text


def test_what_is_there_already_counts_as_room(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "history.sqlite").write_bytes(bytes(20 * DAILY))
    host = replace(MACHINE, free=lambda _: 0)
    (one,) = seen(keeping.disk, facts(tmp_path, f"{SITE}history: {{path: data, keep: 7d}}\n", host=host))
    assert one.outcome is Outcome.PASS


def test_a_size_that_is_full_before_its_time_is_noticed(tmp_path: Path) -> None:
    text = f"{SITE}history: {{path: data, keep: 2y, max_size: 64MiB}}\n"
    found = texts(seen(keeping.disk, facts(tmp_path, text)), Outcome.WARN)
    assert found == [
        "1 samples/s are at most 2.06 MiB a day: 64MiB (`max_size`) hold 31 days, and 730 are wanted"
    ]


def test_without_points_nothing_is_kept(tmp_path: Path) -> None:
    assert seen(keeping.disk, facts(tmp_path, "")) == []


@pytest.mark.parametrize(
    ("in_step", "outcome"), [(True, Outcome.PASS), (False, Outcome.WARN), (None, Outcome.NOT_TESTABLE)]
)
def test_the_clock_is_as_the_kernel_has_it(tmp_path: Path, in_step: bool | None, outcome: Outcome) -> None:
    (one, _) = seen(keeping.clock, facts(tmp_path, "", host=replace(MACHINE, clock_in_step=in_step)))
    assert one.outcome is outcome


def test_hours_in_a_policy_want_a_time_zone(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(
        "default: deny\nrules: [{name: r, functions: [read], during: 'Mon-Fri 07:00-17:00'}]\n"
    )
    text = f"{SITE}listeners: {{l: {{url: 'tcp://127.0.0.1:1502', policy: policy.yaml, share: {{connection: c}}}}}}\n"
    assert "of l are those of UTC" in texts(seen(keeping.clock, facts(tmp_path, text)), Outcome.WARN)[0]
    named = facts(tmp_path, f"timezone: Europe/Oslo\n{text}")
    assert texts(seen(keeping.clock, named), Outcome.WARN) == []


def test_passwords_in_plain_text_fail_and_are_not_repeated(tmp_path: Path) -> None:
    text = (
        "notify:\n"
        "  a: {webhook: 'https://me:hunter22@hooks.example/x', headers: {Authorization: Bearer hunter22}}\n"
        "  b: {mail: {server: 'smtps://mail.example', from: a@b.example, to: [c@d.example], user: u,"
        " password: hunter22}}\n"
    )
    found = seen(keeping.secrets, facts(tmp_path, text))
    assert texts(found, Outcome.FAIL) == [
        "line 3: notify.a.webhook stands there in plain text",
        "line 3: notify.a.headers.Authorization stands there in plain text",
        "line 4: notify.b.mail.password stands there in plain text",
    ]
    assert "hunter22" not in str(found)


def test_secrets_from_outside_of_the_file_pass(tmp_path: Path) -> None:
    secrets = tmp_path / "secrets.yaml"
    secrets.write_text("mail: hunter22\n")
    secrets.chmod(0o600)
    text = (
        "notify:\n"
        "  b: {mail: {server: 'smtps://mail.example', from: a@b.example, to: [c@d.example], user: u,"
        " password: !secret mail}}\n"
    )
    assert [one.text for one in seen(keeping.secrets, facts(tmp_path, text))] == [
        "1 secret comes from outside of the file"
    ]
    assert texts(seen(keeping.secrets, facts(tmp_path, "")), Outcome.PASS) == ["the file names no password"]


@pytest.mark.parametrize(
    ("web", "outcome", "words"),
    [
        ("{listen: '127.0.0.1:8502'}", Outcome.PASS, "this machine only, without users"),
        ("{listen: '0.0.0.0:8502', users: users.yaml}", Outcome.FAIL, "takes passwords in plain"),
        (
            "{listen: '0.0.0.0:8502', users: users.yaml, certificate: a.pem, key: a.key}",
            Outcome.PASS,
            "is encrypted",
        ),
        (
            "{listen: '0.0.0.0:8502', users: users.yaml, proxy: {header: X-User, from: [10.0.0.1]}}",
            Outcome.PASS,
            "behind a proxy",
        ),
    ],
)
def test_who_uses_the_dashboard(tmp_path: Path, web: str, outcome: Outcome, words: str) -> None:
    (tmp_path / "users.yaml").write_text("")
    (one, *_) = seen(keeping.users, facts(tmp_path, f"web: {web}\n"))
    assert one.outcome is outcome
    assert words in one.text


def test_users_that_are_not_there_fail_and_no_dashboard_is_nothing(tmp_path: Path) -> None:
    known = facts(tmp_path, "web: {listen: '127.0.0.1:8502', users: none.yaml}\n")
    assert "none.yaml" in texts(seen(keeping.users, known), Outcome.FAIL)[0]
    assert seen(keeping.users, facts(tmp_path, "")) == []


@pytest.mark.parametrize(
    ("root", "outcome"), [(True, Outcome.WARN), (False, Outcome.PASS), (None, Outcome.NOT_TESTABLE)]
)
def test_the_rights_of_root_are_too_many(tmp_path: Path, root: bool | None, outcome: Outcome) -> None:
    (one,) = seen(keeping.rights, facts(tmp_path, "", host=replace(MACHINE, is_root=root)))
    assert one.outcome is outcome
