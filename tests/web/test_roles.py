import pytest

from port502.web.roles import NOBODY, ONLOOKER, ROLES, Identity, Role


def test_each_role_may_what_those_below_it_may() -> None:
    assert ROLES == ("viewer", "operator", "engineer", "admin")
    engineer = Identity("ann", Role.ENGINEER, "password")
    assert [engineer.may(Role.of(word)) for word in ROLES] == [True, True, True, False]
    assert not NOBODY.may(Role.VIEWER)
    assert ONLOOKER.may(Role.VIEWER)
    assert not ONLOOKER.may(Role.OPERATOR)


@pytest.mark.parametrize("word", ["none", "NONE", "root", ""])
def test_a_word_that_is_no_role(word: str) -> None:
    with pytest.raises(ValueError, match="roles are viewer, operator"):
        Role.of(word)
