import pytest

from sipforge.core.office.keeping.user_plan import Wanted, parse_wanted, plan
from sipforge.core.office.users import Encryption, User, UserError

ANGE = User("1001", "Ange", "s3cret-1001-aaaa")
JEAN = User("1002", "Jean", "s3cret-1002-aaaa")


def make() -> str:
    return "made-made-made"


def test_adds_updates_and_keeps() -> None:
    found = plan(
        [ANGE, JEAN],
        [
            Wanted("1003", "New", "given-given-given"),
            Wanted("1000", "Newer"),
            Wanted("1002", "Jean-Paul"),
            Wanted("1001", "Ange", "s3cret-1001-aaaa"),
        ],
        make,
    )
    assert found.users == (
        User("1000", "Newer", "made-made-made"),
        ANGE,
        User("1002", "Jean-Paul", "s3cret-1002-aaaa"),
        User("1003", "New", "given-given-given"),
    )
    assert (found.added, found.updated, found.unchanged) == (("1000", "1003"), ("1002",), ("1001",))
    assert found.changes


def test_another_secret_is_an_update() -> None:
    found = plan([ANGE], [Wanted("1001", "Ange", "another-secret-")], make)
    assert found.updated == ("1001",)
    assert found.users == (User("1001", "Ange", "another-secret-"),)


def test_what_is_not_given_is_kept_and_what_is_given_empty_is_emptied() -> None:
    known = User("1001", "Ange", "s3cret-1001-aaaa", "wide", "ange@office.example", Encryption.REQUIRED)
    assert plan([known], [Wanted("1001", "Ange")], make).users == (known,)
    assert plan([known], [Wanted("1001", "Ange", outside="", email="", encryption="off")], make).users == (
        User("1001", "Ange", "s3cret-1001-aaaa", encryption=Encryption.OFF),
    )


def test_yaml_takes_off_for_false() -> None:
    (wanted,) = parse_wanted('[{"extension": 1001, "name": "Ange", "encryption": false}]')
    assert wanted.encryption == "off"


def test_users_that_are_not_wanted_stay() -> None:
    found = plan([ANGE, JEAN], [], make)
    assert found.users == (ANGE, JEAN)
    assert not found.changes


def test_a_list_may_hold_numbers_and_leave_secrets_out() -> None:
    assert parse_wanted(
        '[{"extension": 1001, "name": "Ange"}, {"extension": "1002", "name": "Jean", "secret": null},'
        ' {"extension": "1003", "name": "C", "secret": "s3cret-1003-aaaa"}]'
    ) == (Wanted("1001", "Ange"), Wanted("1002", "Jean"), Wanted("1003", "C", "s3cret-1003-aaaa"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not valid JSON"),
        ('{"extension": 1001}', "not a JSON list"),
        ("[1001]", r"users\[0\]: is not an object"),
        ('[{"name": "A"}]', r"users\[0\].extension: is missing"),
        ('[{"extension": 1001}]', r"users\[0\].name: is missing"),
        (
            '[{"extension": 1001, "name": "A"}, {"extension": 2001, "name": "B"}]',
            r"users\[1\]: extension '2001'",
        ),
        (
            '[{"extension": 1001, "name": "A"}, {"extension": "1001", "name": "B"}]',
            r"users\[1\].extension: 1001 is",
        ),
        ('[{"extension": 1001, "name": "A", "pin": 1}]', r"users\[0\].pin: no such key"),
        ('[{"extension": true, "name": "A"}]', r"users\[0\].extension: is neither"),
        ('[{"extension": 1001, "name": 5}]', r"users\[0\].name: is not text"),
        ('[{"extension": 1001, "name": "A;"}]', r"users\[0\]: name of 1001"),
        ('[{"extension": 1001, "name": "A", "secret": "short"}]', r"users\[0\]: secret of 1001"),
        ('[{"extension": 1001, "name": "A", "secret": 123456789012}]', r"users\[0\].secret: is not text"),
        ('[{"extension": 1001, "name": "A", "email": true}]', r"users\[0\].email: is not text"),
        ('[{"extension": 1001, "name": "A", "email": "a"}]', r"users\[0\]: email of 1001"),
        ('[{"extension": 1001, "name": "A", "outside": "A B"}]', r"users\[0\]: outside of 1001"),
        (
            '[{"extension": 1001, "name": "A", "encryption": "on"}]',
            r"users\[0\]: encryption of 1001: 'on' must be one of required, offered, off",
        ),
    ],
)
def test_a_wrong_list_is_refused_with_the_place(text: str, why: str) -> None:
    with pytest.raises(UserError, match=why):
        parse_wanted(text)
