from port502.web.roles import Role
from port502.web.sessions import LINK_LIFE, MOST_OF_ONE, Sessions


def test_a_session_is_known_by_its_secret_alone() -> None:
    sessions = Sessions()
    secret, ann = sessions.begin("ann", Role.OPERATOR, "password", 0.0)
    other, bob = sessions.begin("bob", Role.VIEWER, "password", 0.0)
    assert sessions.identity(secret, 1.0) == ann
    assert sessions.identity(other, 1.0) == bob
    assert sessions.identity("guess", 1.0) is None
    assert ann.csrf != bob.csrf
    sessions.end(secret)
    sessions.end("guess")
    assert sessions.identity(secret, 1.0) is None


def test_a_session_ends_when_it_is_not_used_and_after_its_longest_time() -> None:
    sessions = Sessions(idle=10.0, longest=25.0)
    secret, _ = sessions.begin("ann", Role.OPERATOR, "password", 0.0)
    assert sessions.identity(secret, 9.0)
    assert sessions.identity(secret, 18.0)
    assert sessions.identity(secret, 26.0) is None
    secret, _ = sessions.begin("ann", Role.OPERATOR, "password", 0.0)
    assert sessions.identity(secret, 11.0) is None
    assert len(sessions) == 0


def test_there_are_only_so_many_and_the_longest_unused_makes_room() -> None:
    sessions = Sessions(most=3)
    secrets = [sessions.begin(f"user-{number}", Role.VIEWER, "password", number)[0] for number in range(3)]
    sessions.identity(secrets[0], 10.0)
    sessions.begin("more", Role.VIEWER, "password", 11.0)
    assert [sessions.identity(one, 12.0) is not None for one in secrets] == [True, False, True]


def test_nobody_pushes_others_out_with_sessions_of_their_own() -> None:
    sessions = Sessions()
    other, bob = sessions.begin("bob", Role.VIEWER, "password", 0.0)
    mine = [sessions.begin("ann", Role.VIEWER, "password", now)[0] for now in range(1, MOST_OF_ONE + 11)]
    assert len(sessions) == MOST_OF_ONE + 1
    assert sessions.identity(other, 100.0) == bob
    assert [sessions.identity(one, 100.0) is None for one in mine] == [True] * 10 + [False] * MOST_OF_ONE


def test_all_of_somebody_end() -> None:
    sessions = Sessions()
    mine = [sessions.begin("ann", Role.VIEWER, "password", 0.0)[0] for _ in range(2)]
    other, _ = sessions.begin("bob", Role.VIEWER, "password", 0.0)
    sessions.end_of("ann")
    assert [sessions.identity(one, 1.0) for one in mine] == [None, None]
    assert sessions.identity(other, 1.0)


def test_a_link_lets_in_once_and_not_for_ever() -> None:
    sessions = Sessions()
    link = sessions.link("local", Role.ADMIN, 0.0)
    found = sessions.follow(link, 1.0)
    assert found is not None
    assert (found[1].name, found[1].role, found[1].way) == ("local", Role.ADMIN, "link")
    assert sessions.identity(found[0], 2.0) == found[1]
    assert sessions.follow(link, 1.0) is None
    assert sessions.follow("guess", 1.0) is None
    assert sessions.follow(sessions.link("local", Role.ADMIN, 0.0), LINK_LIFE + 1) is None


def test_a_login_stands_until_it_ends_and_only_what_is_done_with_it_keeps_it() -> None:
    sessions = Sessions(idle=10.0)
    secret, ann = sessions.begin("ann", Role.OPERATOR, "password", 0.0)
    other, bob = sessions.begin("bob", Role.VIEWER, "password", 0.0)
    assert sessions.stands(secret, ann, 9.0, used=True)
    assert sessions.stands(secret, ann, 18.0)
    assert not sessions.stands(secret, ann, 20.0)
    assert not sessions.stands(other, ann, 1.0)
    sessions.end(other)
    assert not sessions.stands(other, bob, 1.0)


def test_who_is_logged_in_and_since_when() -> None:
    sessions = Sessions(idle=100.0)
    secret, _ = sessions.begin("ann", Role.OPERATOR, "password", 0.0, "10.0.0.5")
    sessions.begin("eve", Role.VIEWER, "link", 50.0)
    sessions.identity(secret, 60.0)
    assert [(one.name, one.role, one.host, one.seconds, one.idle) for one in sessions.people(80.0)] == [
        ("ann", Role.OPERATOR, "10.0.0.5", 80.0, 20.0),
        ("eve", Role.VIEWER, "", 30.0, 30.0),
    ]
    assert [one.name for one in sessions.people(155.0)] == ["ann"], "the other has done nothing for too long"
