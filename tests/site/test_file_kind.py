"""What a file is, by its keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.site.document import Document
from port502.site.file_kind import DEVICE, MAP, PLANT, POLICY, SITE, UNKNOWN, kind_of


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("site: a", SITE),
        ("devices: {}\nhistory: {}", SITE),
        ("map: a/b\npoints: {}", MAP),
        ("map: a/b\ndevice: c", DEVICE),
        ("devices: {}\nplant: p", PLANT),
        ("default: deny\nmap: a/b", POLICY),
        ("map: a/b\nrules: []", POLICY),
        ("colour: red", UNKNOWN),
        ("- 1", UNKNOWN),
    ],
)
def test_the_first_key_that_tells_decides_and_some_are_sure(text: str, kind: str) -> None:
    assert kind_of(Document(Path("x.yaml"), text, {})) == kind
