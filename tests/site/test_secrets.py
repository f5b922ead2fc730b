"""Secrets: where they come from, and that nobody sees them."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.site.faults import SiteFileError
from port502.site.secrets import Hidden, Secrets


@pytest.fixture
def secrets_file(tmp_path: Path) -> Path:
    path = tmp_path / "secrets.yaml"
    path.write_text('broker: "hunter2 with spaces"\npin: 1234567\n')
    path.chmod(0o600)
    return path


def test_a_secret_comes_from_the_file_then_from_the_environment(secrets_file: Path) -> None:
    secrets = Secrets(secrets_file.parent, {"broker": "other", "TOKEN": "from outside"})
    assert secrets.named("broker") == "hunter2 with spaces"
    assert secrets.named("pin") == "1234567"
    assert secrets.named("TOKEN") == "from outside"
    with pytest.raises(ValueError, match="'nothing' is neither in"):
        secrets.named("nothing")


def test_without_a_file_the_environment_is_enough(tmp_path: Path) -> None:
    assert Secrets(tmp_path, {"TOKEN": "x"}).named("TOKEN") == "x"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused_with_the_fix(secrets_file: Path, mode: int) -> None:
    secrets_file.chmod(mode)
    secrets = Secrets(secrets_file.parent, {})
    with pytest.raises(SiteFileError, match=rf"mode {mode:04o}.*chmod 600") as caught:
        secrets.named("broker")
    assert "hunter2" not in str(caught.value)
    with pytest.raises(ValueError, match="is neither in"):
        secrets.named("broker")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"- just\n- a list\n", "holds no names"),
        (b"broker: {deep: hunter2}\n", "is not a text"),
        (b"broker: !secret hunter2\n", "is not a text"),
        (b"broker:\n", "is not a text"),
        (b"broker: a\nbroker: hunter2\n", "stands already"),
        (b"broker: hunter2\n\tx: 1\n", "cannot be read as YAML"),
        (b"broker: \xff\xfe\n", "not UTF-8"),
        (b"broker: hunter2\n" + b"#" * (1 << 20), "larger than"),
    ],
)
def test_a_faulty_file_is_said_without_its_contents(secrets_file: Path, content: bytes, reason: str) -> None:
    secrets_file.write_bytes(content)
    with pytest.raises(SiteFileError, match=reason) as caught:
        Secrets(secrets_file.parent, {}).named("broker")
    assert "hunter2" not in str(caught.value)


def test_variables_are_put_in_and_dollars_can_be_written(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path, {"HOST": "10.0.0.7", "EMPTY": ""})
    assert secrets.substituted("tcp://${HOST}:502") == "tcp://10.0.0.7:502"
    assert secrets.substituted("${HOST}${EMPTY}${HOST}") == "10.0.0.710.0.0.7"
    assert secrets.substituted("$${HOST} $HOST $") == "${HOST} $HOST $"
    assert isinstance(secrets.substituted("${HOST}"), Hidden)
    assert not isinstance(secrets.substituted("plain"), Hidden)


def test_what_comes_from_a_variable_is_not_looked_at_again(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path, {"A": "${B}", "B": "secret"})
    assert secrets.substituted("${A}") == "${B}"


@pytest.mark.parametrize("text", ["${MISSING}", "${}", "${A B}", "${1A}", "x${$}y"])
def test_a_missing_variable_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match=r"not set|names no environment variable"):
        Secrets(tmp_path, {}).substituted(text)


def test_used_secrets_are_blotted_out_of_messages(secrets_file: Path) -> None:
    secrets = Secrets(secrets_file.parent, {"HOST": "plc-7.local", "SHORT": "ab"})
    secrets.named("broker")
    secrets.substituted("${HOST}${SHORT}")
    assert (
        secrets.scrub("no route to plc-7.local as hunter2 with spaces about")
        == "no route to *** as *** about"
    )


def test_a_hidden_text_can_be_used_but_not_shown() -> None:
    hidden = Hidden("hunter2")
    assert hidden == "hunter2"
    assert repr(hidden) == "'***'"
    assert "hunter2" not in repr({"password": hidden})
