from __future__ import annotations

import pytest
from pydantic import ValidationError

from port502.site.baseline_model import BaselineFile, OperationKind
from port502.site.schema import json_schema


@pytest.mark.parametrize("value", [3, "3", "8/4", "43/14"])
def test_functions_as_policies_name_them(value: object) -> None:
    assert OperationKind().check(value) == str(value)


@pytest.mark.parametrize("value", [True, "read", "8/", 3.5, None])
def test_what_is_no_function(value: object) -> None:
    with pytest.raises(ValueError, match="no function code"):
        OperationKind().check(value)


def test_a_conversation_needs_its_ends() -> None:
    with pytest.raises(ValidationError):
        BaselineFile.model_validate({"baseline": "x", "conversations": [{"client": "a", "unit": 1}]})


def test_editors_know_its_keys() -> None:
    assert set(json_schema("baseline")["properties"]) == {"baseline", "since", "until", "conversations"}
