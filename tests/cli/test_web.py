from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from port502.cli.web import Word
from port502.web.roles import ROLES, Role
from port502.web.users import load_users
from tests.cli.conftest import Run

PASSWORD = "correct horse battery"


def test_a_user_is_added_with_a_password_from_a_pipe_that_is_shown_nowhere(run: Run, tmp_path: Path) -> None:
    told = run(
        "web", "--add-user", "ann", "--role", "operator", "--users", "users.yaml", stdin=f"{PASSWORD}\n"
    )
    assert (told.code, told.out) == (0, "")
    assert told.err == "port502: users.yaml lets ann in as operator\n"
    path = tmp_path / "users.yaml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = load_users(path).with_password("ann", PASSWORD)
    assert found is not None
    assert found.role == Role.OPERATOR
    assert PASSWORD not in path.read_text()


def test_a_token_stands_alone_on_standard_output(run: Run, tmp_path: Path) -> None:
    told = run("web", "--add-token", "ci", "--role", "viewer", "--users", "users.yaml")
    assert told.code == 0
    found = load_users(tmp_path / "users.yaml").with_token(told.out.removesuffix("\n"))
    assert found is not None
    assert (found.name, found.role) == ("ci", Role.VIEWER)
    assert "told only now" in told.err
    as_json = run("web", "--add-token", "ci", "--role", "admin", "--users", "users.yaml", "--json")
    assert as_json.err == ""
    kept = load_users(tmp_path / "users.yaml")
    assert kept.with_token(json.loads(as_json.out)["token"]) is not None
    assert kept.with_token(told.out.strip()) is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--add-user", "ann", "--role", "viewer"], "--users FILE"),
        (["--add-user", "ann", "--users", "users.yaml"], "--role ROLE"),
        (["--add-user", "ann", "--add-token", "ci", "--role", "viewer", "--users", "u"], "whom to add"),
        (["--add-user", "a: b", "--role", "viewer", "--users", "u"], "is no name"),
        (["--add-user", "ann", "--role", "root", "--users", "u"], "'viewer'"),
        (["--add-user", "ann", "--role", "viewer", "--users", "u"], "at least 10"),
        (["--add-token", "ci", "--role", "viewer", "--users", "missing/u"], "cannot be written"),
    ],
)
def test_what_cannot_be_added_is_said_and_nothing_is_kept(
    run: Run, tmp_path: Path, words: list[str], message: str
) -> None:
    told = run("web", *words, stdin="short\n")
    assert told.code == 2
    assert message in told.err
    assert list(tmp_path.iterdir()) == []


def test_without_its_packages_it_is_said_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "port502.web.users", None)
    told = run("web", "--add-token", "ci", "--role", "viewer", "--users", "u")
    assert told.code == 2
    assert "pip install 'port502[web]'" in told.err


def test_the_roles_are_those_of_the_web() -> None:
    assert tuple(word.value for word in Word) == ROLES


@pytest.mark.slow
def test_the_tools_are_there_until_the_time_is_up(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "port502", "web", "--listen", "127.0.0.1:0", "--for", "0.1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.startswith("listening on http://127.0.0.1:")
    assert "follow this link once: http://127.0.0.1:" in done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--listen", "8502"], "is no place to listen"),
        (["--listen", "0.0.0.0:0"], "does not start without users"),
        (["--role", "viewer"], "--add-user or --add-token"),
        (["--certificate", "a.pem"], "belong together"),
    ],
)
def test_what_keeps_the_tools_from_starting_is_said(run: Run, words: list[str], message: str) -> None:
    told = run("web", *words)
    assert told.code == 2
    assert message in told.err
