"""ATT&CK ids come from a file that can be replaced."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from port502.errors import ConfigError
from port502.traffic.findings.attack import load_attack, own_attack, understood
from port502.traffic.findings.table import DETECTIONS


def test_every_detection_has_a_technique_with_a_name() -> None:
    attack = own_attack()
    for code in DETECTIONS:
        techniques = attack.techniques(code)
        assert techniques, code
        for one in (*techniques, *attack.mitigations(code)):
            assert re.fullmatch(r"[TM]\d{4}", one.id)
            assert one.name, one.id


def test_all_mitigations_of_the_reference_are_named() -> None:
    named = {one.id for code in DETECTIONS for one in own_attack().mitigations(code)}
    assert named == {"M0800", "M0801", "M0802", "M0807", "M0808", "M0813", "M0930", "M0931", "M0937"}


def test_a_file_of_ones_own_takes_its_place(tmp_path: Path) -> None:
    path = tmp_path / "attack.toml"
    path.write_text('version = "20"\n[techniques]\nT9 = "New"\n[detections]\n"CLIENT.ROGUE" = ["T9", "M1"]\n')
    attack = load_attack(path)
    assert attack.version == "20"
    assert [str(one) for one in attack.techniques("CLIENT.ROGUE")] == ["T9 New"]
    assert [str(one) for one in attack.mitigations("CLIENT.ROGUE")] == ["M1"]
    assert attack.techniques("WRITE.PLACE") == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("= 1", "no TOML"),
        ("", "needs the version"),
        ('version = "1"\ndetections = 3', "detections is no table"),
        ('version = "1"\n[detections]\n"A.B" = "T1"', "'A.B' is no list of ids"),
    ],
)
def test_a_wrong_file_is_said_in_one_line(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        understood(text)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_attack(tmp_path / "missing.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"bytes\.toml"):
        load_attack(tmp_path / "bytes.toml")
