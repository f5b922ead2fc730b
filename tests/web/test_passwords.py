import pytest

from port502.errors import UsageError
from port502.web.passwords import fits, hashed


@pytest.mark.slow
def test_a_password_fits_its_own_hash_only() -> None:
    kept = hashed("correct horse battery")
    assert kept.startswith("$argon2id$")
    assert fits("correct horse battery", kept)
    assert not fits("correct horse batterx", kept)
    assert not fits("correct horse battery", None)
    assert not fits("correct horse battery", "no hash at all")


@pytest.mark.parametrize("password", ["", "short", "x" * 1001])
def test_a_password_has_a_length(password: str) -> None:
    with pytest.raises(UsageError):
        hashed(password)
