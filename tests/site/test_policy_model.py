from __future__ import annotations

import pytest
from pydantic import ValidationError

from port502.site.policy_model import PolicyClient, PolicyFile, entry_of


def test_what_stands_in_no_file_has_its_default() -> None:
    file = PolicyFile.model_validate({"default": "deny"})
    assert (file.read_only, file.dry_run, file.read_before, file.rules) == (False, False, "always", [])
    assert file.refuse.code == 1


@pytest.mark.parametrize("default", ["allow", None, True])
def test_the_default_is_to_deny(default: object) -> None:
    with pytest.raises(ValidationError):
        PolicyFile.model_validate({"default": default})


def test_from_is_spelled_as_the_reader_spells_it() -> None:
    client = PolicyClient.model_validate({"from": "10.0.0.1", "role": ["a", "b"]})
    assert (client.networks, client.role) == (("10.0.0.1",), ("a", "b"))
    with pytest.raises(ValidationError):
        PolicyClient.model_validate({"networks": "10.0.0.1"})


def test_a_faulty_client_leaves_the_others() -> None:
    assert entry_of(("clients", "scada", "from")) == ("clients", "scada")
    assert entry_of(("rules", 3, "values", "min")) == ("rules",)
