"""The JSON Schemas for editors: every key is there, as it is written."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from port502.errors import UsageError
from port502.site.model import Connection, SiteFile
from port502.site.schema import json_schema


def definitions() -> dict[str, Any]:
    return json_schema("site")["$defs"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("kind", ["site", "device", "map"])
def test_it_is_a_schema_that_can_be_printed(kind: str) -> None:
    schema = json_schema(kind)
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert schema["title"] == f"port502 {kind} file"
    assert schema["required"][0] == kind
    text = json.dumps(schema)
    assert '"null"' not in text
    assert "null" not in re.findall(r'"default": (\w+)', text)


def test_every_key_is_known_and_nothing_else_allowed() -> None:
    assert set(json_schema("site")["properties"]) == set(SiteFile.model_fields)
    connection = definitions()["Connection"]
    assert set(connection["properties"]) == set(Connection.model_fields)
    assert connection["additionalProperties"] is False
    assert connection["required"] == ["url"]


def test_defaults_stand_as_they_would_be_written() -> None:
    connection = definitions()["Connection"]["properties"]
    assert connection["connect_timeout"]["default"] == "3s"
    assert connection["settle"]["default"] == "0s"
    assert connection["window"]["default"] == 1
    assert "default" not in connection["response_timeout"]
    assert definitions()["History"]["properties"]["max_size"]["default"] == "2GiB"


def test_words_and_references_are_offered() -> None:
    point = definitions()["PointEntry"]["properties"]
    assert "float32" in point["type"]["enum"]
    assert {"type": "integer"} in point["ref"]["anyOf"]
    assert json_schema("device")["properties"]["units"]["anyOf"][0] == {"const": "any"}


def test_a_kind_that_is_none() -> None:
    with pytest.raises(UsageError, match="there are site, device"):
        json_schema("nonsense")


def test_the_keys_of_a_policy_are_those_that_a_reader_writes() -> None:
    schema = json_schema("policy")
    assert schema["required"] == ["default"]
    assert set(schema["$defs"]["PolicyClient"]["properties"]) == {"from", "role", "fingerprint", "subject"}
