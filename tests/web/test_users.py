import stat
from pathlib import Path

import pytest

from port502.errors import ConfigError, UsageError
from port502.web.roles import Role
from port502.web.users import add_token, add_user, fingerprint_of, load_users, token_hash

PASSWORD = "correct horse battery"


@pytest.mark.slow
def test_a_user_is_added_and_known_by_the_password(tmp_path: Path) -> None:
    path = tmp_path / "users.yaml"
    add_user(path, "ann", "operator", PASSWORD)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert PASSWORD not in path.read_text()
    users = load_users(path)
    found = users.with_password("ann", PASSWORD)
    assert found is not None
    assert (found.name, found.role, found.way) == ("ann", Role.OPERATOR, "password")
    assert users.with_password("ann", "wrong password") is None
    assert users.with_password("bob", PASSWORD) is None


def test_a_token_is_told_once_and_kept_as_a_hash(tmp_path: Path) -> None:
    path = tmp_path / "users.yaml"
    add_user(path, "ann", "operator", PASSWORD)
    token = add_token(path, "ci", "viewer")
    assert token not in path.read_text()
    users = load_users(path)
    assert len(users) == 2
    found = users.with_token(token)
    assert found is not None
    assert (found.name, found.role, found.way) == ("ci", Role.VIEWER, "token")
    assert users.with_token("guess") is None
    assert users.with_token(token_hash(token)) is None


def test_another_password_or_role_replaces_the_old_and_keeps_the_token(tmp_path: Path) -> None:
    path = tmp_path / "users.yaml"
    token = add_token(path, "ann", "viewer")
    add_user(path, "ann", "admin", PASSWORD)
    users = load_users(path)
    found = users.with_token(token)
    assert found is not None
    assert found.role == Role.ADMIN


def test_a_certificate_and_a_trusted_word(tmp_path: Path) -> None:
    path = tmp_path / "users.yaml"
    fingerprint = ":".join(["AB"] * 32)
    path.write_text(f"users:\n  ann: {{role: engineer, certificate: '{fingerprint}'}}\n")
    path.chmod(0o600)
    users = load_users(path)
    found = users.with_certificate("ab" * 32)
    assert found is not None
    assert (found.name, found.way) == ("ann", "certificate")
    assert users.with_certificate("cd" * 32) is None
    named = users.named("ann")
    assert named is not None
    assert named.way == "header"
    assert users.named("bob") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("users: {ann: {role: root}}", "unknown role"),
        ("users: {ann: {role: viewer, password: secret}}", "argon2 hash"),
        ("users: {ann: {role: viewer, tokn: x}}", "did you mean 'token'"),
        ("users: {ann: {role: viewer, token: abc}}", "64 hexadecimal digits"),
        ("- ann", "no users file"),
    ],
)
def test_what_is_wrong_in_the_file_is_said(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "users.yaml"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(ConfigError, match=message):
        load_users(path)


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "users.yaml"
    add_user(path, "ann", "operator", PASSWORD)
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        load_users(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        load_users(tmp_path / "missing.yaml")


def test_a_folder_that_is_not_there_and_a_short_password(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        add_user(tmp_path / "missing" / "users.yaml", "ann", "operator", PASSWORD)
    with pytest.raises(UsageError, match="at least 10"):
        add_user(tmp_path / "users.yaml", "ann", "operator", "short")
    assert list(tmp_path.iterdir()) == []


def test_fingerprints() -> None:
    assert fingerprint_of("AB:" * 31 + "AB") == "ab" * 32
    with pytest.raises(ValueError, match="64"):
        fingerprint_of("abc")
