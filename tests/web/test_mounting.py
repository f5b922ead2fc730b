import subprocess
import sys

import pytest

from port502.web.mounting import PAGES


@pytest.mark.slow
def test_the_pages_and_their_framework_are_imported_only_when_they_are_wanted() -> None:
    code = "import sys, port502.web.server; print('nicegui' in sys.modules, 'uvicorn' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "True"]


@pytest.mark.slow
def test_each_page_is_there() -> None:
    code = "from port502.web.mounting import load; load()"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert "overview" in PAGES
