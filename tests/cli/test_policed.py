"""A policy file in force before something that stands."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from port502.cli.policed import Policed, policed
from port502.errors import ConfigError, UsageError
from port502.guard.chain import records
from port502.protocol.message import ExceptionResponse
from port502.protocol.register_access import ReadHoldingRegistersRequest
from port502.service.call import Call, Session
from port502.service.device import Device

READ = ReadHoldingRegistersRequest(0, 1)
POLICY = "default: deny\nrules: [{functions: [read]}]\n"


def written(folder: Path, text: str = POLICY) -> Path:
    path = folder / "policy.yaml"
    path.write_text(text)
    return path


def test_without_a_policy_nothing_is_judged_and_nothing_kept(tmp_path: Path) -> None:
    assert policed(None, None) is None
    with pytest.raises(UsageError, match="--policy"):
        policed(None, tmp_path / "audit.jsonl")
    with pytest.raises(ConfigError):
        policed(written(tmp_path, "default: dney\n"), None)


async def test_another_policy_holds_at_once_and_a_faulty_one_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, log = written(tmp_path), tmp_path / "audit.jsonl"
    rules = policed(path, log)
    assert isinstance(rules, Policed)
    service = rules.layer(Device(holding={0: [5]}))

    def refused() -> bool:
        return service(Call(Session("10.0.0.1", 1, "tcp"), 1, READ)) == ExceptionResponse(3, 1)

    async with rules:
        assert not refused()
        written(tmp_path, "default: deny\n")
        rules.reload()
        assert refused()
        assert "was read again: 0 rules are in force" in capsys.readouterr().err
        written(tmp_path, "default: [")
        rules.reload()
        assert refused()
        assert "nothing was changed" in capsys.readouterr().err
        await asyncio.sleep(0)
    assert [said["event"] for said in records(log)][:2] == ["policy", "refused"]
